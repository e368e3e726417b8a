import { copyRows, literal, type Connection } from '#libs/database';
import { ownershipsIn, spansOf } from '../membership/membership-replay.js';
import type { Ownership } from '../membership/ownerships.js';
import { OwnerRoles } from '../membership/owner-roles.js';
import type { Span } from '../membership/replay.js';
import { notExcluded } from './excluded.js';
import { onlyAddition } from '../membership/steps.js';

/** A present or former member of an org. */
export interface OrgMember {
  userKey: number;
  /** Created and not deleted. Other users are counted but not shown. */
  exists: boolean;
  spans: Span[];
  /** When the user had a role of owners. */
  ownerships: readonly Ownership[];
}

const NEVER_OWNER: readonly Ownership[] = [];

const membersOf = (orgKey: number) => `
  select m.user_key, m.steps, coalesce(u.deleted_stamp, '') as deleted_stamp,
    (u.created_at is not null and u.deleted_stamp is null)::int as exists
  from memberships m
  left join users u on u.id = m.user_key
  where m.org_key = ${literal.int(orgKey)}
    and ${notExcluded('excluded_users', 'm.user_key')}`;

// Not by key: keys depend on the order of arrival.
const ordered = (orgKey: number) => `${membersOf(orgKey)}
  order by (select i.user_id from user_ids i where i.id = m.user_key)`;

/**
 * All users with a membership step in an existing org, without excluded ones, ordered by id.
 * @param ownerRoles the roles of owners
 */
export async function orgMembers(
  db: Connection,
  orgKey: number,
  ownerRoles: readonly string[],
): Promise<OrgMember[]> {
  const members: OrgMember[] = [];
  const roles = new OwnerRoles(ownerRoles);
  await copyRows(db, ordered(orgKey), (row) => {
    const userKey = row.int();
    const steps = row.bytes();
    const deletion = row.bytes();
    const exists = row.int() === 1;
    const end = deletion.length > 0 ? deletion : undefined;
    const spans = spansOf(steps, end);
    // Most members never owned the org. Their steps are unpacked once.
    const mayOwn = roles.mayOccurIn({ source: steps, start: 0, end: steps.length });
    const ownerships = mayOwn ? ownershipsIn(steps, roles.names, end) : NEVER_OWNER;
    members.push({ userKey, exists, spans, ownerships });
  });
  return members;
}

/**
 * The number of open memberships of an existing org. Most are counted without unpacking their
 * steps.
 */
export async function countOrgMembers(db: Connection, orgKey: number): Promise<number> {
  let count = 0;
  await copyRows(db, membersOf(orgKey), (row) => {
    row.pass();
    const steps = row.bytes();
    const deletion = row.bytes();
    row.pass();
    const slice = { source: steps, start: 0, end: steps.length };
    const isSimple = deletion.length === 0 && !Number.isNaN(onlyAddition(slice));
    const end = deletion.length > 0 ? deletion : undefined;
    if (isSimple || spansOf(steps, end).at(-1)?.to === Infinity) count++;
  });
  return count;
}
