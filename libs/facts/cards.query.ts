import type { OrgMembership } from '#libs/contracts';
import type { Database, Queryable, Question } from '#libs/platform';
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

interface CardRow {
  id: number;
  user_id: string;
  email: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  org_id: string | null;
  org_name: string;
  steps: Buffer;
}

// A row for each org a user ever was in that exists (created, not deleted); one without any for users
// who were in none. The profile of who was deleted is erased, so whoever has one with an address exists.
// Planning it takes as long as asking it: prepared.
const USERS: Question = {
  name: 'user_cards',
  text: `
    select i.id, i.user_id, p.email, p.username, p.first_name, p.last_name,
      pair.org_id, pair.name as org_name, pair.steps
    from user_profiles p
    join user_ids i on i.id = p.user_key
    left join lateral (
      select org_ids.org_id, o.name, m.steps
      from memberships m
      join orgs o on o.id = m.org_key
      join org_ids on org_ids.id = m.org_key
      where m.user_key = p.user_key
        and o.created_at is not null and o.deleted_stamp is null and o.name is not null
    ) pair on true
    where p.user_key = any($1) and p.email is not null
    order by i.id, pair.org_id`,
};

/** Cards of the users who exist, by key; who was deleted has none. */
export async function userCards(
  db: Database,
  userKeys: readonly number[],
): Promise<Map<number, UserCard>> {
  const cards = new Map<number, UserCard>();
  if (userKeys.length === 0) return cards;
  for (const row of await db.ask<CardRow>(USERS, [userKeys])) {
    const { user_id: userId, email, username, first_name: firstName, last_name: lastName } = row;
    const known = cards.get(row.id);
    const card = known ?? { userId, email, username, firstName, lastName, memberships: [] };
    cards.set(row.id, card);
    const membership = openMembership(row);
    if (membership) card.memberships.push(membership);
  }
  return cards;
}

/** An org as shown beside a number, as known now. */
export interface OrgCard {
  orgId: string;
  name: string;
}

const ORGS: Question = {
  name: 'org_cards',
  text: `
    select id, org_id, name from orgs join org_ids using (id)
    where id = any($1) and deleted_stamp is null and name is not null`,
};

/** Cards of the orgs that exist, by key; one that was deleted has none. */
export async function orgCards(
  db: Database,
  orgKeys: readonly number[],
): Promise<Map<number, OrgCard>> {
  const rows = await db.ask<{ id: number; org_id: string; name: string }>(ORGS, [orgKeys]);
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

function openMembership(row: CardRow): OrgMembership | undefined {
  if (row.org_id === null) return undefined;
  const told = unpackSteps(row.steps).map(({ stamp, ...step }) => ({
    ...step,
    at: stampTime(stamp),
  }));
  const span = replay(told).spans.at(-1);
  if (span?.to !== Infinity) return undefined;
  const { role } = span;
  return { display_name: row.org_name, org_id: row.org_id, user_role: role, userRole: role };
}
