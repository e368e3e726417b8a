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

/** A key for hashes as an exported store has it: hexadecimal, `key` only when the store keeps the key itself. */
export interface ExportedHashKey {
  fingerprint: string;
  key?: string | undefined;
}

/** The key of a store, for its export. Undefined for a store that was never used. */
export async function exportedHashKey(db: Queryable): Promise<ExportedHashKey | undefined> {
  const row = await read(db);
  if (!row) return undefined;
  const { invitee_hash_key: key, invitee_hash_fingerprint: fingerprint } = row;
  if (!key) return { fingerprint: fingerprint!.toString('hex') };
  return { fingerprint: fingerprintOf(key).toString('hex'), key: key.toString('hex') };
}

// A store without ids, letters and rules has no hashes.
const REPLACE_KEY = `
  update instance set invitee_hash_key = $1, invitee_hash_fingerprint = $2
  where invitee_hash_key is not null
    and not exists (select 1 from user_ids) and not exists (select 1 from org_ids)
    and not exists (select 1 from event_identities) and not exists (select 1 from dead_letters)
    and not exists (select 1 from exclusion_rules)`;

/**
 * Makes the key of an exported store the key of this one. A store that keeps its key itself accepts another one while it
 * is empty.
 * @param given INVITEE_HASH_KEY, 64 hexadecimal digits
 * @throws InviteeHashKeyError when this store needs another key
 */
export async function adoptHashKey(
  db: Queryable,
  { fingerprint, key }: ExportedHashKey,
  given: string | undefined,
): Promise<void> {
  const exported = key === undefined ? undefined : Buffer.from(key, 'hex');
  if (!(await read(db)) && given === undefined && exported) await make(db, undefined);
  if (given === undefined && exported && fingerprintOf(exported).toString('hex') === fingerprint) {
    await db.query(REPLACE_KEY, [exported, fingerprintOf(exported)]);
  }
  const known = given === undefined ? await exportedHashKey(db) : exportedGiven(given);
  if (known?.fingerprint === fingerprint) return;
  throw new InviteeHashKeyError(
    'The hashes of addresses in this file were created with another key than those of this store: use an empty ' +
      'database, and set INVITEE_HASH_KEY to the key of the exported store. docs/events.md says where the key of a store is.',
  );
}

function exportedGiven(given: string): ExportedHashKey {
  return { fingerprint: fingerprintOf(Buffer.from(given, 'hex')).toString('hex') };
}
