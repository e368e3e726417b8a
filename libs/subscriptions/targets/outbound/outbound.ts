import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { SETTINGS, type Settings } from '#libs/platform/config';
import {
  addressesOf,
  hostOf,
  namesPrivateAddress,
  systemResolve,
  type Address,
  type Resolve,
} from './addresses.js';
import { OutboundError, outboundError, refusedHost } from './outbound-error.js';

/** The limit of a whole request: DNS, connection, TLS, headers and body. */
const OUTBOUND_MS = 15_000;
/** The part of a reply that is read. */
const KEPT_BYTES = 4_096;
const MAX_HEADER_BYTES = 16_384;

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Reply {
  status: number;
  /** The start of the body, at most 4 KiB. */
  body: string;
}

/** The parts of a request that tests replace. */
export interface Transport {
  resolve: Resolve;
  agentOf: (url: URL) => http.Agent;
  limitMs: number;
}

/** Injection token of a `Transport`, for tests. */
const TRANSPORT = Symbol('transport');

// Agents of their own: the global ones keep connections and can be set to use a proxy.
const TRANSPORT_OF_NODE: Transport = {
  resolve: systemResolve,
  agentOf: ({ protocol }) =>
    protocol === 'https:'
      ? new https.Agent({ keepAlive: false, maxCachedSessions: 0 })
      : new http.Agent({ keepAlive: false }),
  limitMs: OUTBOUND_MS,
};

/**
 * Sends requests to addresses that users enter. Connects to public addresses only, unless OUTBOUND_ALLOW_PRIVATE is
 * set. Follows no redirects and uses no proxy.
 */
@Injectable()
export class Outbound {
  private readonly transport: Transport;

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'OUTBOUND_ALLOW_PRIVATE'>,
    @Optional() @Inject(TRANSPORT) transport?: Partial<Transport>,
  ) {
    this.transport = { ...TRANSPORT_OF_NODE, ...transport };
  }

  /** Why a URL cannot be a target, as far as that is known without resolving its name; undefined when it can. */
  problemOf(url: string): string | undefined {
    const parsed = new URL(url);
    const isRefused = !this.settings.OUTBOUND_ALLOW_PRIVATE && namesPrivateAddress(parsed);
    return isRefused ? refusedHost(hostOf(parsed)).message : undefined;
  }

  /**
   * @param signal ends the request early
   * @throws OutboundError without a reply; its message contains nothing of the URL except its host
   */
  async post(request: Post, signal: AbortSignal): Promise<Reply> {
    const url = new URL(request.url);
    const host = hostOf(url);
    const { limitMs } = this.transport;
    const timeout = AbortSignal.timeout(limitMs);
    const either = AbortSignal.any([signal, timeout]);
    try {
      const addresses = await untilAborted(either, this.addressesOf(host));
      return await exchange(url, request, addresses, this.transport.agentOf(url), either);
    } catch (error) {
      if (signal.aborted) throw new OutboundError('insightd was stopped during the request.');
      if (timeout.aborted) {
        throw new OutboundError(`${host} did not answer within ${limitMs / 1_000} seconds.`);
      }
      throw outboundError(host, error);
    }
  }

  private addressesOf(host: string): Promise<Address[]> {
    return addressesOf(host, this.transport.resolve, this.settings.OUTBOUND_ALLOW_PRIVATE);
  }
}

/** Rejects when the signal aborts first. The work continues, and its late result is ignored. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function exchange(
  url: URL,
  { headers, body }: Post,
  addresses: Address[],
  agent: http.Agent,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const content = Buffer.from(body);
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      ...{ agent, method: 'POST', lookup: lookupOf(addresses), maxHeaderSize: MAX_HEADER_BYTES },
      headers: { ...headers, 'content-length': content.length, connection: 'close' },
    });
    // Ends the request in every state: connecting, sending, waiting and reading.
    let fail: (error: Error) => void = reject;
    const abort = () => {
      fail(signal.reason as Error);
      request.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', (error) => fail(error));
    request.on('response', (response) => {
      // The status counts, also when the rest is late, broken or too long.
      fail = read(response, (reply) => {
        resolve(reply);
        request.destroy();
      });
    });
    request.on('close', () => {
      signal.removeEventListener('abort', abort);
      agent.destroy();
      fail(new OutboundError(`${hostOf(url)} closed the connection without a reply.`));
    });
    request.end(content);
  });
}

/** Reads the start of a body. @returns a function that ends the reading early */
function read(response: IncomingMessage, done: (reply: Reply) => void): () => void {
  const chunks: Buffer[] = [];
  let length = 0;
  const end = () => {
    const body = Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString('utf8');
    done({ status: response.statusCode!, body });
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= KEPT_BYTES) end();
  });
  response.on('error', end);
  response.on('end', end);
  return end;
}

/** A lookup that gives the checked addresses and asks no resolver. */
function lookupOf(addresses: Address[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
}
