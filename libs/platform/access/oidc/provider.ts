import { Inject, Injectable } from '@nestjs/common';
import type { ClientAuth, Configuration, CustomFetch } from 'openid-client';
import { within } from '#libs/contracts';
import { SETTINGS, type Settings } from '../../config/index.js';
import { isLoopbackHost } from '../../config/oidc.js';
import { readPublicUrl } from '../../config/public-url.js';
import type { Claims } from './claims.js';
import type { Flow } from './flow.js';

/** A person waits at most this long for the provider, at each of the two steps. */
const LIMIT_MS = 10_000;
/** A sign-in waits at most this long for a newer description of the provider when one is known. */
const REFRESH_MS = 3_000;
/** The provider's description of itself is read again after this time. */
const FRESH_MS = 3_600_000;

const CALLBACK_PATH = 'session/oidc/callback';

/** The provider did not answer, or not in time. */
export class ProviderAway extends Error {}

type OidcSettings = Pick<
  Settings,
  'OIDC_ISSUER' | 'OIDC_LABEL' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET' | 'PUBLIC_URL'
>;

/**
 * The OpenID Connect provider of the settings: authorization code flow with PKCE. Requests go to the issuer and to the
 * endpoints in its description, and follow no redirects.
 */
@Injectable()
export class Provider {
  private known: { configuration: Configuration; readAt: number } | undefined;
  private reading: Promise<Configuration> | undefined;

  constructor(@Inject(SETTINGS) private readonly settings: OidcSettings) {}

  /** Undefined without OpenID Connect. */
  get issuer(): string | undefined {
    return this.settings.OIDC_ISSUER;
  }

  /** The name of the provider, for people. */
  get label(): string {
    return providerLabel(this.settings);
  }

  /**
   * The address at the provider that a person signs in at.
   * @throws ProviderAway
   */
  async authorizationUrl({ state, nonce, codeVerifier }: Flow): Promise<URL> {
    const client = await import('openid-client');
    const configuration = await this.inTime(this.configuration());
    return client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.callbackUrl('').href,
      scope: 'openid email profile',
      ...{ state, nonce, code_challenge_method: 'S256' },
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    });
  }

  /**
   * Exchanges the code of a callback for the claims about the person.
   * @param query the query of the callback, as received
   * @throws ProviderAway; an Error of openid-client for an answer that cannot be trusted
   */
  claims(query: string, flow: Flow): Promise<Claims> {
    return this.inTime(this.exchange(query, flow));
  }

  private async exchange(query: string, flow: Flow): Promise<Claims> {
    const client = await import('openid-client');
    const configuration = await this.configuration();
    const tokens = await client.authorizationCodeGrant(configuration, this.callbackUrl(query), {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    const isComplete = claims['email'] !== undefined && claims['email_verified'] !== undefined;
    if (isComplete || !configuration.serverMetadata().userinfo_endpoint) return claims;
    return client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
  }

  private callbackUrl(query: string): URL {
    const url = readPublicUrl(this.settings.PUBLIC_URL!);
    url.pathname += CALLBACK_PATH;
    url.search = query;
    return url;
  }

  private async inTime<T>(work: Promise<T>): Promise<T> {
    try {
      return await within(LIMIT_MS, work, () => new ProviderAway('no answer in time'));
    } catch (cause) {
      throw isAway(cause) ? new ProviderAway('no answer', { cause }) : cause;
    }
  }

  /**
   * Requests that come together share one reading. While the provider is away or slow, the latest description is used.
   */
  private async configuration(): Promise<Configuration> {
    const { known } = this;
    if (known && performance.now() - known.readAt < FRESH_MS) return known.configuration;
    this.reading ??= this.discover().finally(() => (this.reading = undefined));
    try {
      return await (known ? within(REFRESH_MS, this.reading) : this.reading);
    } catch (error) {
      if (known) return known.configuration;
      throw error;
    }
  }

  private async discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = this.settings;
    const issuer = new URL(OIDC_ISSUER!);
    const secret = OIDC_CLIENT_SECRET!;
    const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
    const byDescription: ClientAuth = (server, ...rest) => {
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
    };
    const isLocal = issuer.protocol === 'http:';
    const configuration = await client.discovery(
      issuer,
      OIDC_CLIENT_ID!,
      { client_secret: secret },
      byDescription,
      {
        timeout: LIMIT_MS / 1000,
        [client.customFetch]: isLocal ? fetchOnThisMachine : fetchExactly,
        // The signature of ID tokens is checked, although they come from the provider itself.
        execute: [
          client.enableNonRepudiationChecks,
          ...(isLocal ? [client.allowInsecureRequests] : []),
        ],
      },
    );
    this.known = { configuration, readAt: performance.now() };
    return configuration;
  }
}

/** OIDC_LABEL, else the host of the issuer. */
export function providerLabel({
  OIDC_LABEL,
  OIDC_ISSUER,
}: Pick<Settings, 'OIDC_LABEL' | 'OIDC_ISSUER'>): string {
  return OIDC_LABEL ?? new URL(OIDC_ISSUER!).host;
}

const fetchExactly: CustomFetch = (url, options) => fetch(url, options);

/** Plain http is allowed to a provider on this machine, and to no other. */
const fetchOnThisMachine: CustomFetch = (url, options) => {
  const { protocol } = new URL(url);
  if (protocol === 'http:' && !isLoopbackHost(new URL(url))) {
    throw new Error('The description of the provider has an address with plain http.');
  }
  return fetchExactly(url, options);
};

/** Whether the provider could not be reached, or has failed itself. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ProviderAway) return true;
  // `fetch` throws a TypeError whose cause is the error of the connection.
  if (error instanceof TypeError) return error.cause instanceof Error;
  if ('code' in error && error.code === 'OAUTH_TIMEOUT') return true;
  return error.cause instanceof Response && error.cause.status >= 500;
}
