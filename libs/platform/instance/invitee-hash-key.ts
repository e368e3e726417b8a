import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Queryable, withConnection } from '#libs/database';

/** The key does not match the store. The message says why and what to set. */
class InviteeHashKeyError extends Error {}

interface Row {
  invitee_hash_key: Buffer | null;
  invitee_hash_fingerprint: Buffer | null;
}

const READ = 'select invitee_hash_key, invitee_hash_fingerprint from instance';
const MAKE = `
  insert into instance (invitee_hash_key, invitee_hash_fingerprint) values ($1, $2)
  on conflict do nothing`;
const KEEP_FINGERPRINT = `
  update instance set invitee_hash_key = null, invitee_hash_fingerprint = $1
  where invitee_hash_key is not null or invitee_hash_fingerprint is distinct from $1`;

const KEY_BYTES = 32;
const FINGERPRINT_BYTES = 16;
/** How long the check at the start waits for an answer. */
const ANSWER_MS = 10_000;

/** A fingerprint that distinguishes keys without revealing them. */
function fingerprintOf(key: Buffer): Buffer {
  const hash = createHmac('sha256', key).update('insightd invitee hash key').digest();
  return hash.subarray(0, FINGERPRINT_BYTES);
}

/**
 * The key for hashing invitees' addresses, 32 bytes. When INVITEE_HASH_KEY is set, that is the key, and the store keeps
 * only its fingerprint. Otherwise a key is generated at the first start and kept in the store.
 * @param given INVITEE_HASH_KEY, 64 hexadecimal digits
 * @throws InviteeHashKeyError when the hashes in the store were created with another key
 */
export async function readInviteeHashKey(db: Queryable, given?: string): Promise<Buffer> {
  const key = given === undefined ? undefined : Buffer.from(given, 'hex');
  const row = (await read(db)) ?? (await make(db, key));
  const stored = row.invitee_hash_key;
  const fingerprint = stored ? fingerprintOf(stored) : row.invitee_hash_fingerprint!;
  if (key === undefined) {
    if (stored) return stored;
    throw new InviteeHashKeyError(
      'The hashes of invitees’ addresses in this store were created with a key that is not in the store: set INVITEE_HASH_KEY to that key.',
    );
  }
  if (!timingSafeEqual(fingerprintOf(key), fingerprint)) {
    throw new InviteeHashKeyError(
      'INVITEE_HASH_KEY is not the key that the hashes of invitees’ addresses in this store were created with: set it to that key. docs/events.md says where the key of a store is.',
    );
  }
  if (stored) await db.query(KEEP_FINGERPRINT, [fingerprint]);
  return key;
}

async function read(db: Queryable): Promise<Row | undefined> {
  return (await db.query<Row>(READ)).rows[0];
}

async function make(db: Queryable, given: Buffer | undefined): Promise<Row> {
  const key = given ?? randomBytes(KEY_BYTES);
  await db.query(MAKE, [given ? null : key, fingerprintOf(key)]);
  return (await read(db))!;
}

/**
 * Checks at a start that the key of the settings matches the store. Does not change a store without a key.
 * @throws InviteeHashKeyError
 */
export async function checkInviteeHashKey(databaseUrl: string, given?: string): Promise<void> {
  await withConnection({ connectionString: databaseUrl }, ANSWER_MS, async (client) => {
    if (await read(client)) await readInviteeHashKey(client, given);
  });
}
