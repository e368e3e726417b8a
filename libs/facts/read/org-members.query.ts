import { copyRows, literal, type Connection } from '#libs/database';
import { ownershipsIn, spansOf } from '../membership/membership-replay.js';
import { ownershipsOf, type Ownership } from '../membership/ownerships.js';
import { OwnerRoles } from '../membership/owner-roles.js';
import { DEFAULT_ROLE, replay, type Span } from '../membership/replay.js';
import { onlyAddition, onlyRole, type Slice } from '../membership/steps.js';
import type { Version } from '../membership/version.js';
import { notExcluded } from './excluded.js';

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
  select m.user_key, coalesce(u.deleted_stamp, '') as deleted_stamp,
    (u.created_at is not null and u.deleted_stamp is null)::int as exists, m.steps
  from memberships m
  left join users u on u.id = m.user_key
  where m.org_key = ${literal.int(orgKey)}
    and ${notExcluded('excluded_users', 'm.user_key')}`;
const among = (userKeys: readonly number[]) => `
  and m.user_key in (select unnest(${literal.ints(userKeys)}))`;

/**
 * The users with a membership step in an existing org, without excluded ones, ordered by key.
 * @param ownerRoles the roles of owners
 * @param userKeys only these users; by default all
 */
export async function orgMembers(
  db: Connection,
  orgKey: number,
  ownerRoles: readonly string[],
  userKeys?: readonly number[],
): Promise<OrgMember[]> {
  const members: OrgMember[] = [];
  const roles = new OwnerRoles(ownerRoles);
  await copyRows(db, membersOf(orgKey) + (userKeys ? among(userKeys) : ''), (row) => {
    const userKey = row.int();
    row.pass();
    const isDeleted = row.end > row.start;
    const deletion = isDeleted ? Buffer.from(row.source.subarray(row.start, row.end)) : undefined;
    const exists = row.int() === 1;
    row.pass();
    const { spans, ownerships } = replayed(row, deletion, roles);
    members.push({ userKey, exists, spans, ownerships });
  });
  // Not in PostgreSQL, which would sort the steps too, on disk. Most rows are in this order.
  return members.sort((one, other) => one.userKey - other.userKey);
}

/** @param steps the steps of the pair @param end the deletion of the user */
function replayed(
  steps: Slice,
  end: Version | undefined,
  roles: OwnerRoles,
): Pick<OrgMember, 'spans' | 'ownerships'> {
  const at = end ? Number.NaN : onlyAddition(steps);
  if (!Number.isNaN(at)) {
    // Nearly all pairs. Reading the step in place takes a tenth of the time of unpacking it.
    const role = onlyRole(steps);
    const step = { at, kind: 'add', role } as const;
    const isOwner = roles.names.has(role ?? DEFAULT_ROLE);
    return {
      spans: replay([step]),
      ownerships: isOwner ? ownershipsOf([step], roles.names) : NEVER_OWNER,
    };
  }
  const packed = steps.source.subarray(steps.start, steps.end);
  // Most members never owned the org. Their steps are unpacked once.
  const mayOwn = roles.mayOccurIn(steps);
  return {
    spans: spansOf(packed, end),
    ownerships: mayOwn ? ownershipsIn(packed, roles.names, end) : NEVER_OWNER,
  };
}
