import { z } from 'zod';
import { LAST_MS, readTime } from './instant.js';
import { nameSchemas } from './named.js';

// The shapes of /api/admin/v1/keys and /sessions, and the rules for the names and scopes of API keys.

/**
 * - `read`: reports, charts and pages
 * - `ingest`: the endpoint of events and the tracking API
 * - `track`: the tracking API alone
 * - `erase`: the endpoint of events, for `user.deleted` and `org.deleted` alone
 * - `admin`: changes, keys, runs and exports of a person
 */
export const SCOPES = ['read', 'ingest', 'track', 'erase', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

const MAX_NAME = 100;
// Letters, marks, digits, punctuation, symbols and plain spaces; no invisible characters and no line breaks.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u;

export const KEY_NAME_RULE = `must have 1 to ${MAX_NAME} printable characters`;
export const KEY_SCOPES_RULE = `must be some of ${SCOPES.join(', ')}`;

/**
 * The trimmed name of a key.
 * @returns undefined for a name that violates `KEY_NAME_RULE`
 */
export function keyName(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const name = given.trim();
  return PRINTABLE.test(name) && [...name].length <= MAX_NAME ? name : undefined;
}

/** Distinct scopes in the order of `SCOPES`; undefined when the list is empty or contains an unknown scope. */
export function keyScopes(given: readonly unknown[]): Scope[] | undefined {
  const known = SCOPES.filter((scope) => given.includes(scope));
  return known.length > 0 && known.length === new Set(given).size ? known : undefined;
}

const EXPIRY_RULE = 'must be a time such as 2027-01-31T00:00:00Z, or unix seconds';

/** When a key stops working, in milliseconds since 1970. The service checks that it is in the future. */
const expiry = z.union([z.string(), z.number()], EXPIRY_RULE).transform((given, context) => {
  const time = readTime(given);
  if ('ms' in time && time.ms > 0 && time.ms <= LAST_MS) return time.ms;
  context.addIssue(EXPIRY_RULE);
  return z.NEVER;
});

const seconds = z.int().min(0).describe('unix seconds');
const scopes = z
  .array(z.enum(SCOPES, KEY_SCOPES_RULE), KEY_SCOPES_RULE)
  .min(1, KEY_SCOPES_RULE)
  .max(SCOPES.length, KEY_SCOPES_RULE);

export const newKey = z.strictObject({
  name: z
    .string(KEY_NAME_RULE)
    .refine((name) => keyName(name) !== undefined, KEY_NAME_RULE)
    .describe(`1 to ${MAX_NAME} printable characters`),
  scopes,
  expires_at: expiry
    .nullish()
    .describe('when the key stops working; never without it. A day means its first moment in UTC'),
});

export const createdKey = z.object({
  key: z.string().describe('shown only once: the store contains only a hash'),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  key_id: z.string(),
  expires_at: seconds.nullable().describe('null for a key that does not expire'),
});

export const keyList = z.object({
  keys: z.array(
    z.object({
      key_id: z.string(),
      name: z.string(),
      scopes: z.array(z.enum(SCOPES)),
      created_at: seconds,
      revoked_at: seconds.nullable().describe('null for a key that is not revoked'),
      expires_at: seconds.nullable().describe('null for a key that does not expire'),
      last_used_at: seconds
        .nullable()
        .describe('updated every few minutes while the key is in use; null when it was not used'),
    }),
  ),
});

export const endedSessions = z.object({
  ended: z.int().min(0).describe('the number of ended sessions'),
});

nameSchemas({
  ...{ NewKey: newKey, CreatedKey: createdKey, KeyList: keyList },
  EndedSessions: endedSessions,
});

export type CreatedKey = z.infer<typeof createdKey>;
export type KeyList = z.infer<typeof keyList>;
