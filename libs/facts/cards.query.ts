import type { OrgMembership } from '#libs/contracts';
import type { Queryable } from '#libs/platform';
import { replay } from './replay.js';
import { stampTime } from './stamp.js';
import { unpackSteps } from './steps.js';

/** A user as shown beside a number, as known now. */
export interface UserCard {
  userId: string;
  email: string;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  memberships: OrgMembership[];
}

interface ProfileRow {
  id: number;
  user_id: string;
  email: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
}

const PROFILES = `
  select u.id, i.user_id, p.email, p.username, p.first_name, p.last_name
  from users u
  join user_ids i using (id)
  join user_profiles p on p.user_key = u.id
  where u.id = any($1) and u.deleted_stamp is null and p.email is not null`;

interface PairRow {
  user_key: number;
  org_id: string;
  name: string;
  steps: Buffer;
}

// Orgs that exist: created and not deleted. Users are none of the deleted.
const PAIRS = `
  select m.user_key, i.org_id, o.name, m.steps
  from memberships m
  join orgs o on o.id = m.org_key
  join org_ids i on i.id = m.org_key
  where m.user_key = any($1)
    and o.created_at is not null and o.deleted_stamp is null and o.name is not null
  order by m.user_key, i.org_id`;

/** Cards of the users who exist, by key; who was deleted has none. */
export async function userCards(
  db: Queryable,
  userKeys: readonly number[],
): Promise<Map<number, UserCard>> {
  const cards = new Map<number, UserCard>();
  if (userKeys.length === 0) return cards;
  const profiles = await db.query<ProfileRow>(PROFILES, [userKeys]);
  for (const row of profiles.rows) {
    const { user_id: userId, email, username, first_name: firstName, last_name: lastName } = row;
    cards.set(row.id, { userId, email, username, firstName, lastName, memberships: [] });
  }
  const pairs = await db.query<PairRow>(PAIRS, [[...cards.keys()]]);
  for (const pair of pairs.rows) {
    const entry = openMembership(pair);
    if (entry) cards.get(pair.user_key)?.memberships.push(entry);
  }
  return cards;
}

/** An org as shown beside a number, as known now. */
export interface OrgCard {
  orgId: string;
  name: string;
}

const ORGS = `
  select id, org_id, name from orgs join org_ids using (id)
  where id = any($1) and deleted_stamp is null and name is not null`;

/** Cards of the orgs that exist, by key; one that was deleted has none. */
export async function orgCards(
  db: Queryable,
  orgKeys: readonly number[],
): Promise<Map<number, OrgCard>> {
  const { rows } = await db.query<{ id: number; org_id: string; name: string }>(ORGS, [orgKeys]);
  return new Map(rows.map((row) => [row.id, { orgId: row.org_id, name: row.name }]));
}

const SIGNUP_PARAMETERS = `
  select p.signup_query_parameters as parameters
  from user_ids i
  join users u using (id)
  join user_profiles p on p.user_key = u.id
  where i.user_id = $1 and u.created_at is not null and u.deleted_stamp is null`;

/** What a user signed up with, `{}` when nothing was told; undefined when there is no such user. */
export async function signupParameters(
  db: Queryable,
  userId: string,
): Promise<Record<string, string> | undefined> {
  const { rows } = await db.query<{ parameters: Record<string, string> | null }>(
    SIGNUP_PARAMETERS,
    [userId],
  );
  return rows[0] && (rows[0].parameters ?? {});
}

function openMembership({ name, org_id: orgId, steps }: PairRow): OrgMembership | undefined {
  const told = unpackSteps(steps).map(({ stamp, ...step }) => ({ ...step, at: stampTime(stamp) }));
  const span = replay(told).spans.at(-1);
  if (span?.to !== Infinity) return undefined;
  return { display_name: name, org_id: orgId, user_role: span.role, userRole: span.role };
}
