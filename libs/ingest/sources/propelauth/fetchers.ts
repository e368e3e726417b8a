import type { Settings } from '#libs/platform';
import { FetchDeferred, type Fetcher, type Fetch } from '../source.js';

type ApiSettings = Pick<Settings, 'PROPELAUTH_API_KEY' | 'PROPELAUTH_AUTH_URL'>;
type Client = Awaited<ReturnType<typeof connect>>;

/** Pause after a 429. The API does not say how long to wait. */
const BUSY_MS = 10_000;

/** A fetcher for current values from PropelAuth's API; undefined when the settings contain no key. */
export function propelAuthFetcher(settings: ApiSettings): Fetcher | undefined {
  const { PROPELAUTH_API_KEY: key, PROPELAUTH_AUTH_URL: url } = settings;
  if (key === undefined || url === undefined) return undefined;
  return async (wanted) => {
    const { client, RateLimitedException } = await connect(key, url);
    try {
      return await present(client, wanted);
    } catch (error) {
      if (error instanceof RateLimitedException) throw new FetchDeferred(BUSY_MS);
      throw error;
    }
  };
}

// Loaded on first use: loading takes 0.1 s, and most installations have no key.
async function connect(key: string, url: string) {
  const { getApis, RateLimitedException } = await import('@propelauth/node-apis');
  return { client: getApis(new URL(url), key), RateLimitedException };
}

async function present(client: Client['client'], { kind, id }: Fetch): Promise<unknown> {
  if (kind === 'org') {
    const org = await client.fetchOrg(id);
    return (
      org && { type: 'org.updated', data: { org_id: id, name: org.name, traits: org.metadata } }
    );
  }
  const user = await client.fetchUserMetadataByUserId(id);
  if (!user) return undefined;
  const { email, username = null, firstName = null, lastName = null, properties } = user;
  const names = { username, first_name: firstName, last_name: lastName };
  const profile = { user_id: id, email, ...names };
  const data = { ...profile, created_at: user.createdAt, traits: properties };
  return { type: 'user.created', data };
}
