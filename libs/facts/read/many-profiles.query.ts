import { PROFILE_FIELDS, type DisplayUser } from '#libs/contracts';
import { copyRows, type Connection, type CopiedRow } from '#libs/database';
import { spansOf } from '../membership/membership-replay.js';
import { DEFAULT_ROLE } from '../membership/replay.js';
import { onlyAddition, onlyRole } from '../membership/steps.js';
import { DISPLAY_COLUMNS, type DisplayOrg } from './display-profiles.query.js';
import { notExcluded } from './excluded.js';

// Profiles of thousands of users or orgs, for files. PostgreSQL finds sorted keys with few descents of an index: 16 µs of
// its CPU per user, instead of 40 µs with the query of a page, which joins key by key.

// Keys are literals: COPY takes no parameters.
const arrayOf = (keys: Uint32Array) => `'{${keys.toSorted().join()}}'::int[]`;

const usersAmong = (keys: string) => `
  select u.id, ${DISPLAY_COLUMNS}
  from users u
  join user_ids i on i.id = u.id
  left join user_profiles p on p.user_key = u.id
  where u.id = any(${keys}) and u.created_at is not null and u.deleted_stamp is null
    and ${notExcluded('excluded_users', 'u.id')}`;

const membershipsAmong = (keys: string) => `
  select user_key, org_key, steps from memberships where user_key = any(${keys})`;

const orgsAmong = (keys: string) => `
  select o.id, i.org_id, o.name
  from orgs o
  join org_ids i on i.id = o.id
  where o.id = any(${keys})
    and o.created_at is not null and o.deleted_stamp is null and o.name is not null
    and ${notExcluded('excluded_orgs', 'o.id')}
  order by i.org_id`;

/** Receives profiles of users. A position is that of the key. */
export interface UserReceiver {
  user: (position: number, display: DisplayUser) => void;
  /** An open membership in an existing org. Those of a user come after the user, in the order of the orgs' ids. */
  membership: (position: number, org: DisplayOrg, role: string) => void;
}

/**
 * Reads the current profiles of users, without deleted and excluded ones.
 * @param keys different keys in any order
 */
export async function readManyUsers(
  db: Connection,
  keys: Uint32Array,
  into: UserReceiver,
): Promise<void> {
  const positions = positionsOf(keys);
  const exists = new Uint8Array(keys.length);
  await copyRows(db, usersAmong(arrayOf(keys)), (row) => {
    const position = positions.get(row.int())!;
    exists[position] = 1;
    const display: Record<string, string | null> = { user_id: row.text() };
    for (const field of PROFILE_FIELDS) display[field] = row.textOrNull();
    into.user(position, display as DisplayUser);
  });
  const membersOf = new Map<number, { position: number; role: string }[]>();
  await copyRows(db, membershipsAmong(arrayOf(keys)), (row) => {
    const position = positions.get(row.int())!;
    const orgKey = row.int();
    row.pass();
    const role = exists[position] === 1 ? openRole(row) : undefined;
    if (role === undefined) return;
    const members = membersOf.get(orgKey);
    if (members) members.push({ position, role });
    else membersOf.set(orgKey, [{ position, role }]);
  });
  await copyOrgs(db, Uint32Array.from(membersOf.keys()), (orgKey, org) => {
    for (const { position, role } of membersOf.get(orgKey)!) into.membership(position, org, role);
  });
}

/** Reads the current profiles of orgs, without deleted and excluded ones. @param keys different keys in any order */
export async function readManyOrgs(
  db: Connection,
  keys: Uint32Array,
  into: (position: number, org: DisplayOrg) => void,
): Promise<void> {
  const positions = positionsOf(keys);
  await copyOrgs(db, keys, (key, org) => into(positions.get(key)!, org));
}

function copyOrgs(
  db: Connection,
  keys: Uint32Array,
  into: (key: number, org: DisplayOrg) => void,
): Promise<void> {
  return copyRows(db, orgsAmong(arrayOf(keys)), (row) =>
    into(row.int(), { orgId: row.text(), name: row.text() }),
  );
}

function positionsOf(keys: Uint32Array): Map<number, number> {
  return new Map(Array.from(keys, (key, position) => [key, position]));
}

/** The role of an open membership; undefined when the user is no member. */
function openRole(row: CopiedRow): string | undefined {
  if (!Number.isNaN(onlyAddition(row))) return onlyRole(row) ?? DEFAULT_ROLE;
  const span = spansOf(row.source.subarray(row.start, row.end)).at(-1);
  return span?.to === Infinity ? span.role : undefined;
}
