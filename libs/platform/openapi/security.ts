import { SESSION_SCOPES } from '../access/sessions.service.js';
import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from '../access/session-cookie.js';
import type { RouteAccess } from '../access/access.guard.js';

const header = (name: string, description: string) => ({
  ...{ type: 'apiKey', in: 'header', name, description },
});

/** The ways to authenticate a request. */
export const securitySchemes = {
  key: { type: 'http', scheme: 'bearer', description: 'An API key with the required scope' },
  writeKey: {
    ...{ type: 'http', scheme: 'basic' },
    description:
      'An API key as the user name, with an empty password: the write key of tracking libraries',
  },
  session: {
    ...{ type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
    description: `The cookie of a browser that has signed in; over https it is \`${SECURE_SESSION_COOKIE}\`. Requests other than GET also need the header \`X-Insightd: 1\`.`,
  },
  'webhook-id': header('webhook-id', 'Standard Webhooks: the id of the message'),
  'webhook-timestamp': header('webhook-timestamp', 'Standard Webhooks: unix seconds'),
  'webhook-signature': header('webhook-signature', 'Standard Webhooks: `v1,` and base64'),
  'svix-id': header('svix-id', 'Svix: the id of the message'),
  'svix-timestamp': header('svix-timestamp', 'Svix: unix seconds'),
  'svix-signature': header('svix-signature', 'Svix: `v1,` and base64'),
  'workos-signature': header('workos-signature', 'WorkOS: `t=` milliseconds, `v1=` hexadecimal'),
} as const;

export type SecurityScheme = keyof typeof securitySchemes;

/** The alternative security requirements of an endpoint; an empty list when it needs none. */
export function securityOf(
  { scopes, basic }: RouteAccess,
  provenBy?: readonly (readonly SecurityScheme[])[],
): object[] {
  if (provenBy) {
    return provenBy.map((names) => Object.fromEntries(names.map((name) => [name, []])));
  }
  if (scopes === 'public') return [];
  const ways: SecurityScheme[] = ['key'];
  if (basic) ways.push('writeKey');
  if (SESSION_SCOPES.some((known) => scopes?.includes(known))) ways.push('session');
  return ways.map((name) => ({ [name]: [] }));
}
