import type { IncomingMessage } from 'node:http';
import { isIP, type BlockList } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { addressList, holds, plainAddress } from '../config/addresses.js';
import { SETTINGS, type Settings } from '../config/index.js';
import { basePath, readPublicUrl } from '../config/public-url.js';

/** The route of a request through trusted proxies, and the client's address. */
interface Way {
  client: string;
  proxies: number;
  /** Whether all addresses on the route are trusted. */
  isTrusted: boolean;
}

/**
 * Reads a request as the client sent it, before it passed proxies. Only entries that trusted proxies added to
 * `X-Forwarded-*` headers count; in a list, the one nearest to the client.
 */
@Injectable()
export class Outside {
  private readonly trusted: BlockList;
  private readonly publicUrl: URL | undefined;

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'TRUSTED_PROXIES' | 'PUBLIC_URL'>) {
    this.trusted = addressList(settings.TRUSTED_PROXIES)!;
    this.publicUrl =
      settings.PUBLIC_URL === undefined ? undefined : readPublicUrl(settings.PUBLIC_URL);
  }

  /** The client's address. */
  addressOf(request: IncomingMessage): string {
    return this.wayOf(request).client;
  }

  /** Whether the client uses https, according to the browser's `Origin`, then the proxy, then PUBLIC_URL. */
  isSecure(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    const browser =
      origin !== undefined && URL.canParse(origin) ? new URL(origin).protocol : undefined;
    if (browser !== undefined) return browser === 'https:';
    if (this.vouched(request, 'x-forwarded-proto') !== undefined) return this.cameByHttps(request);
    return this.isPublicUrlSecure;
  }

  get isPublicUrlSecure(): boolean {
    return this.publicUrl?.protocol === 'https:';
  }

  /** Whether a trusted proxy reports that this request used https. */
  cameByHttps(request: IncomingMessage): boolean {
    return this.vouched(request, 'x-forwarded-proto')?.toLowerCase() === 'https';
  }

  /** Whether PUBLIC_URL is https and the request is for its host. */
  isForSecureHost(request: IncomingMessage): boolean {
    if (!this.isPublicUrlSecure) return false;
    return this.hostsOf(request).some((host) => hostOf('https:', host) === this.publicUrl?.host);
  }

  /** Whether an origin (`https://host:port`) is one that the client uses for this service. */
  isOwnOrigin(request: IncomingMessage, origin: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, host, origin: canonical } = new URL(origin);
    if (canonical === this.publicUrl?.origin) return true;
    return this.hostsOf(request).some((one) => hostOf(protocol, one) === host);
  }

  /** The path prefix of this service, such as `/insights/`; `/` when it has none. */
  baseOf(request: IncomingMessage): string {
    if (this.publicUrl) return this.publicUrl.pathname;
    const prefix = this.vouched(request, 'x-forwarded-prefix');
    return (prefix === undefined ? undefined : basePath(prefix)) ?? '/';
  }

  /** The URL of a path for a request of this process to itself. It passes no proxy, so only PUBLIC_URL sets a prefix. */
  innerUrl(path: string): string {
    return `${this.publicUrl?.pathname.slice(0, -1) ?? ''}${path}`;
  }

  /** The URL of a request without the path prefix, which some proxies do not remove. */
  withoutBase(request: IncomingMessage): string {
    const url = request.url ?? '/';
    const base = this.baseOf(request).slice(0, -1);
    if (base === '' || !url.startsWith(base)) return url;
    const rest = url.slice(base.length);
    if (rest === '' || rest.startsWith('?')) return `/${rest}`;
    return rest.startsWith('/') ? rest : url;
  }

  private hostsOf(request: IncomingMessage): string[] {
    const hosts = [request.headers.host, this.vouched(request, 'x-forwarded-host')];
    const port = this.vouched(request, 'x-forwarded-port');
    const known = hosts.filter((host) => host !== undefined);
    // Some proxies omit the port from the host and send it separately.
    return port === undefined ? known : [...known, ...known.map((host) => `${bare(host)}:${port}`)];
  }

  /** The trusted entry of a header; undefined without one. */
  private vouched(request: IncomingMessage, name: string): string | undefined {
    const entries = entriesOf(request, name);
    if (entries.length === 0) return undefined;
    const { proxies, isTrusted } = this.wayOf(request);
    if (proxies === 0) return undefined;
    return entries[isTrusted ? 0 : Math.max(0, entries.length - proxies)];
  }

  private wayOf(request: IncomingMessage): Way {
    let client = plainAddress(request.socket.remoteAddress ?? '');
    const entries = entriesOf(request, 'x-forwarded-for');
    for (let proxies = 0; ; proxies++) {
      if (!holds(this.trusted, client)) return { client, proxies, isTrusted: false };
      const entry = entries[entries.length - 1 - proxies];
      const before = entry === undefined ? undefined : addressIn(entry);
      if (before === undefined) {
        return { client, proxies: proxies + 1, isTrusted: entry === undefined };
      }
      client = before;
    }
  }
}

function entriesOf({ headers }: IncomingMessage, name: string): string[] {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** The address of an entry, which may include a port: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
function addressIn(entry: string): string | undefined {
  const address =
    /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  return isIP(address) === 0 ? undefined : plainAddress(address);
}

/** A host as a browser writes it: lower case, without the default port. */
function hostOf(protocol: string, host: string): string | undefined {
  const address = `${protocol}//${host}`;
  return URL.canParse(address) ? new URL(address).host : undefined;
}

/** A host without its port. */
function bare(host: string): string {
  return host.replace(/:\d*$/, '');
}
