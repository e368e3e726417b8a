import { createHmac } from 'node:crypto';
import type { Connection, RowTransfer, RowSet } from '#libs/database';

export interface KeyedInvite {
  inviterKey: number;
  orgKey: number;
  inviteeHash: Buffer;
  /** Milliseconds since 1970. */
  at: number;
}

// 128 bits make collisions practically impossible; a shorter hash makes a smaller index.
const HASH_BYTES = 16;

/** HMAC-SHA256 of an invitee's address (trimmed, lower case), cut to 16 bytes. */
export function hashInvitee(key: Buffer, address: string): Buffer {
  return createHmac('sha256', key).update(address).digest().subarray(0, HASH_BYTES);
}

const ADD_INVITES = (from: string) => `
  insert into invites (inviter_key, invitee_hash, at, org_key)
  select inviter_key, invitee_hash, at, org_key from ${from}
  order by inviter_key, invitee_hash, at, org_key
  on conflict do nothing`;

const COLUMNS: RowSet['columns'] = [
  ['inviter_key', 'int'],
  ['invitee_hash', 'bytea'],
  ['at', 'timestamptz'],
  ['org_key', 'int'],
];

/** Stores invites. */
export async function addInvites(
  db: Connection,
  invites: readonly KeyedInvite[],
  transfer: RowTransfer,
): Promise<void> {
  if (invites.length === 0) return;
  const rows = invites.map((invite) => {
    return [invite.inviterKey, invite.inviteeHash, invite.at, invite.orgKey];
  });
  const { from, values } = await transfer(db, { name: 'invites', columns: COLUMNS, rows });
  await db.query(ADD_INVITES(from), values);
}
