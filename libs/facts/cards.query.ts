import type { OrgMembership } from '#libs/contracts';
import type { Queryable } from '#libs/platform';
import type { StepKind } from './batch.js';
import { replay, type TimedStep } from './replay.js';
import { stampTime } from './stamp.js';

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
  select u.id, u.user_id, p.email, p.username, p.first_name, p.last_name
  from users u
  join user_profiles p on p.user_key = u.id
  where u.id = any($1) and u.deleted_stamp is null and p.email is not null`;

interface StepRow {
  user_key: number;
  org_key: number;
  org_id: string;
  name: string;
  stamp: Buffer;
  kind: StepKind;
  role: string | null;
}

// Orgs that exist: created and not deleted. Users are none of the deleted.
const STEPS = `
  select s.user_key, s.org_key, o.org_id, o.name, s.stamp, s.kind, s.role
  from membership_steps s
  join orgs o on o.id = s.org_key
  where s.user_key = any($1)
    and o.created_at is not null and o.deleted_stamp is null and o.name is not null
  order by s.user_key, o.org_id, s.stamp`;

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
  const steps = await db.query<StepRow>(STEPS, [[...cards.keys()]]);
  for (const pair of pairs(steps.rows)) {
    const entry = openMembership(pair);
    if (entry) cards.get(pair[0]!.user_key)?.memberships.push(entry);
  }
  return cards;
}

/** An org as shown beside a number, as known now. */
export interface OrgCard {
  orgId: string;
  name: string;
}

const ORGS = `
  select id, org_id, name from orgs
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
  from users u
  join user_profiles p on p.user_key = u.id
  where u.user_id = $1 and u.created_at is not null and u.deleted_stamp is null`;

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

function* pairs(rows: readonly StepRow[]): Generator<StepRow[]> {
  let pair: StepRow[] = [];
  for (const row of rows) {
    const [first] = pair;
    if (first && (first.user_key !== row.user_key || first.org_key !== row.org_key)) {
      yield pair;
      pair = [];
    }
    pair.push(row);
  }
  if (pair.length > 0) yield pair;
}

function openMembership(pair: readonly StepRow[]): OrgMembership | undefined {
  const steps = pair.map((row): TimedStep => ({
    at: stampTime(row.stamp),
    kind: row.kind,
    role: row.role,
  }));
  const span = replay(steps).spans.at(-1);
  if (span?.to !== Infinity) return undefined;
  const { name, org_id: orgId } = pair[0]!;
  return { display_name: name, org_id: orgId, user_role: span.role, userRole: span.role };
}
