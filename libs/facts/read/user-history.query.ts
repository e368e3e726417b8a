import { formatDay } from '#libs/contracts';
import { copyRows, literal, type Connection, type Queryable } from '#libs/database';
import type { DayRange } from './scan.js';
import { notExcluded } from './excluded.js';
import { BLOCK_SHIFT, BLOCK_SIZE } from '../blocks/day-block.js';
import { forEachPair, pairRowOf, type NamedPair } from '../blocks/pair-entries.js';
import { blockOf, firstKey, unpackBlock } from '../blocks/latest-blocks.js';
import { spansOf } from '../membership/membership-replay.js';
import type { Span } from '../membership/replay.js';
import { NO_ORG } from '../blocks/no-org.js';

const MAX_NAMED = 100;

// One index look-up per day, independent of the number of active users.
const ACTIVE_DAYS = `
  select to_char(activity.day, 'YYYY-MM-DD') as day
  from generate_series($1::date, $2::date - 1, interval '1 day') one (day)
  join activity on activity.day = one.day::date and activity.block = $3
  where get_bit(bits, $4) = 1
  order by 1`;

/** The days (`2026-01-31`) of a range on which a user was active, without the unfolded log. */
export async function activeDaysOf(
  db: Queryable,
  userKey: number,
  range: DayRange,
): Promise<string[]> {
  const { rows } = await db.query<{ day: string }>(ACTIVE_DAYS, [
    ...[formatDay(range.from), formatDay(range.before)],
    ...[userKey >> BLOCK_SHIFT, userKey & (BLOCK_SIZE - 1)],
  ]);
  return rows.map(({ day }) => day);
}

/** The days of a range on which a user's activity named an org. */
export interface NamedDaysOfOrg {
  orgId: string;
  /** Null when the org does not exist or is excluded. */
  name: string | null;
  /** `2026-01-31`, ascending. */
  days: string[];
}

const PAIRS = 'select entries from activity_pairs where block = $1';

/** The pairs of a user and an org that activity ever named, the lowest id first. */
export async function pairsOf(db: Queryable, userKey: number): Promise<NamedPair[]> {
  const pairs: NamedPair[] = [];
  const { rows } = await db.query<{ entries: Buffer }>(PAIRS, [pairRowOf(userKey)]);
  for (const { entries } of rows) {
    forEachPair(entries, (id, user, org) => {
      if (user === userKey) pairs.push({ id, user, org });
    });
  }
  return pairs;
}

// One index look-up per day and pair; a user names few orgs.
const NAMED_DAYS = `
  with pairs as materialized (select * from unnest($3::int[], $4::int[]) as pair (id, org_key))
  select org_ids.org_id as "orgId",
    case when o.created_at is not null and o.deleted_stamp is null
      and ${notExcluded('excluded_orgs', 'o.id')} then o.name end as name,
    array_agg(to_char(named.day, 'YYYY-MM-DD') order by named.day) as days
  from pairs pair
  cross join generate_series($1::date, $2::date - 1, interval '1 day') one (day)
  join named_activity named on named.day = one.day::date and named.block = pair.id >> ${BLOCK_SHIFT}
  join org_ids on org_ids.id = pair.org_key
  left join orgs o on o.id = pair.org_key
  where get_bit(named.bits, pair.id & ${BLOCK_SIZE - 1}) = 1
  group by org_ids.org_id, o.id, o.created_at, o.deleted_stamp, o.name
  order by org_ids.org_id`;

/** The days of a range on which a user's activity named orgs, by org id, without the unfolded log; at most 100 orgs. */
export async function namedDaysOf(
  db: Queryable,
  userKey: number,
  range: DayRange,
): Promise<NamedDaysOfOrg[]> {
  const latest = (await pairsOf(db, userKey)).slice(-MAX_NAMED);
  const pairs = [latest.map(({ id }) => id), latest.map(({ org }) => org)];
  const values = [formatDay(range.from), formatDay(range.before), ...pairs];
  return (await db.query<NamedDaysOfOrg>(NAMED_DAYS, values)).rows;
}

const LAST_ACTIVE = 'select block, seconds from last_active where block = any($1)';

/** The last activity of users by key: unix seconds, 0 for never, without the unfolded log. */
export async function lastActiveOf(
  db: Queryable,
  userKeys: readonly number[],
): Promise<Map<number, number>> {
  const blocks = [...new Set(userKeys.map(blockOf))];
  const { rows } = await db.query<{ block: number; seconds: Buffer }>(LAST_ACTIVE, [blocks]);
  const seconds = new Map(rows.map((row) => [row.block, unpackBlock(row.seconds)]));
  return new Map(
    userKeys.map((key) => {
      const block = blockOf(key);
      return [key, seconds.get(block)?.[key - firstKey(block)] ?? 0];
    }),
  );
}

const LAST_ACTIVE_OF = (blocks: readonly number[]) => `
  select block, seconds from last_active where block in (select unnest(${literal.ints(blocks)}))`;

/** `lastActiveOf` for many users, in the order of the keys. */
export async function lastActiveByKey(db: Connection, keys: Int32Array): Promise<Uint32Array> {
  const positions = new Map<number, number[]>();
  for (let position = 0; position < keys.length; position++) {
    const block = blockOf(keys[position]!);
    const known = positions.get(block);
    if (known) known.push(position);
    else positions.set(block, [position]);
  }
  const latest = new Uint32Array(keys.length);
  await copyRows(db, LAST_ACTIVE_OF([...positions.keys()]), (row) => {
    const block = row.int();
    row.pass();
    const { source, start } = row;
    for (const position of positions.get(block)!)
      latest[position] = source.readUInt32BE(start + 4 * (keys[position]! - firstKey(block)));
  });
  return latest;
}

/** An open membership in an org that exists. */
export interface OrgOfUser {
  orgId: string;
  name: string;
  span: Span;
}

const ORGS = `
  select i.org_id as "orgId", o.name, m.steps
  from memberships m join orgs o on o.id = m.org_key join org_ids i on i.id = m.org_key
  where m.user_key = $1
    and o.created_at is not null and o.deleted_stamp is null and o.name is not null
    and ${notExcluded('excluded_orgs', 'o.id')}
  order by i.org_id`;

/** The orgs that an existing user is a member of, without excluded ones, ordered by org id. */
export async function orgsOfUser(db: Queryable, userKey: number): Promise<OrgOfUser[]> {
  const { rows } = await db.query<{ orgId: string; name: string; steps: Buffer }>(ORGS, [userKey]);
  return rows.flatMap(({ orgId, name, steps }) => {
    const span = spansOf(steps).at(-1);
    return span?.to === Infinity ? [{ orgId, name, span }] : [];
  });
}

const INVITEES = `
  select count(distinct invitee_hash)::float8 as total from invites
  where inviter_key = $1 and ${notExcluded('excluded_orgs', 'org_key')}`;
const LATEST_INVITES = `
  select org_ids.org_id as "orgId", floor(extract(epoch from at))::float8 as at
  from invites left join org_ids on org_ids.id = org_key and org_key <> ${NO_ORG}
  where inviter_key = $1 and ${notExcluded('excluded_orgs', 'org_key')}
  order by invites.at desc, invitee_hash, org_ids.org_id nulls first
  limit $2`;

export interface InvitesOfUser {
  /** Number of distinct invitees. */
  total: number;
  /** Newest first; `at` in unix seconds. */
  recent: { orgId: string | null; at: number }[];
}

/** The invites that a user has sent, without those to excluded orgs. @param limit of `recent` */
export async function invitesOf(
  db: Queryable,
  userKey: number,
  limit: number,
): Promise<InvitesOfUser> {
  const { total } = (await db.query<{ total: number }>(INVITEES, [userKey])).rows[0]!;
  const latest = await db.query<InvitesOfUser['recent'][number]>(LATEST_INVITES, [userKey, limit]);
  return { total, recent: latest.rows };
}
