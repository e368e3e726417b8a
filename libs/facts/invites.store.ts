import { createHmac } from 'node:crypto';
import type { Queryable } from '#libs/platform';

export interface KeyedInvite {
  inviterKey: number;
  orgKey: number;
  inviteeHash: Buffer;
  at: number;
}

/** Stands for "no org was named". */
export const NO_ORG = 0;

// 128 bits tell apart more addresses than there are; a shorter hash is a smaller index.
const HASH_BYTES = 16;

/** The keyed hash that stands for an invitee's address (trimmed, lower case). */
export function hashInvitee(key: Buffer, address: string): Buffer {
  return createHmac('sha256', key).update(address).digest().subarray(0, HASH_BYTES);
}

const ADD_INVITES = `
  insert into invites (inviter_key, invitee_hash, at, org_key)
  select * from unnest($1::int[], $2::bytea[], $3::timestamptz[], $4::int[])
    as told (inviter_key, invitee_hash, at, org_key)
  order by inviter_key, invitee_hash, at, org_key
  on conflict do nothing`;

/** Keeps who invited whom, when and into which org. */
export async function addInvites(db: Queryable, invites: readonly KeyedInvite[]): Promise<void> {
  if (invites.length === 0) return;
  await db.query(ADD_INVITES, [
    invites.map((invite) => invite.inviterKey),
    invites.map((invite) => invite.inviteeHash),
    invites.map((invite) => new Date(invite.at).toISOString()),
    invites.map((invite) => invite.orgKey),
  ]);
}
