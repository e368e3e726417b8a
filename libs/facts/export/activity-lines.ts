import { formatDay, type Calendar } from '#libs/contracts';
import type { Connection, Queryable } from '#libs/database';
import { forEachEntry, forEachNamed } from '../blocks/activity-entries.js';
import { BLOCK_SHIFT, forEachKey, type ActivityTable } from '../blocks/day-block.js';
import { loadLastActive } from '../read/scan.js';
import { FETCHED_LARGE, rowsOf } from './cursor.js';
import { unversioned, type EventLine } from './lines.js';

/** The user, and for a named pair the org, of a key. */
interface Named {
  key: number;
  userKey: number;
  userId: string;
  orgId: string | null;
}

const USERS = `
  select id as key, id as "userKey", user_id as "userId", null as "orgId"
  from user_ids where id >= $1 and id < $2`;
const PAIRS = `
  select p.id as key, p.user_key as "userKey", u.user_id as "userId", o.org_id as "orgId"
  from activity_pairs p join user_ids u on u.id = p.user_key join org_ids o on o.id = p.org_key
  where p.id >= $1 and p.id < $2`;

const BLOCKS = (table: ActivityTable) => `
  select (day - date '1970-01-01')::float8 * 86400000 as day, block, substring(bit_send(bits) from 5) as bits
  from ${table} order by block, day`;

type BlockRow = { day: number; block: number; bits: Buffer };

/**
 * Events that produce the active days of all users, the orgs named on them, and the last activity. An event is at the
 * beginning of its day, except on the day of the user's last activity, whose second is known. Keeps 4 bytes per user
 * in memory.
 */
export async function* activityLines(
  db: Connection,
  calendar: Calendar,
): AsyncGenerator<EventLine> {
  const { rows } = await db.query<{ highest: number }>(
    'select coalesce(max(id), 0) as highest from user_ids',
  );
  const latest = new Uint32Array(rows[0]!.highest + 1);
  await loadLastActive(db, latest);
  yield* loggedLines(db);
  yield* foldedLines(db, calendar, latest, { table: 'activity', names: USERS });
  yield* foldedLines(db, calendar, latest, { table: 'named_activity', names: PAIRS });
}

async function* foldedLines(
  db: Connection,
  calendar: Calendar,
  latest: Uint32Array,
  { table, names }: { table: ActivityTable; names: string },
): AsyncGenerator<EventLine> {
  let known = { block: -1, names: new Map<number, Named>() };
  const starts = new Map<number, number>();
  const startOf = (day: number) => {
    const start = starts.get(day) ?? calendar.startOf(day);
    starts.set(day, start);
    return start;
  };
  for await (const { day, block, bits } of rowsOf<BlockRow>(db, BLOCKS(table), FETCHED_LARGE)) {
    if (known.block !== block) known = { block, names: await namesOf(db, names, block) };
    const keys: number[] = [];
    forEachKey(block, bits, (key) => keys.push(key));
    for (const key of keys) {
      const named = known.names.get(key)!;
      const last = latest[named.userKey]! * 1000;
      yield lineOf(named, formatDay(day), calendar.dayOf(last) === day ? last : startOf(day));
    }
  }
}

async function namesOf(db: Queryable, sql: string, block: number): Promise<Map<number, Named>> {
  const { rows } = await db.query<Named>(sql, [block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT]);
  return new Map(rows.map((row) => [row.key, row]));
}

function lineOf(
  { userId, orgId }: Pick<Named, 'userId' | 'orgId'>,
  day: string,
  at: number,
): EventLine {
  const data = { user_id: userId, ...(orgId !== null && { org_id: orgId }) };
  const id = orgId === null ? `${day}/${userId}` : `${day}/${userId}/${orgId}`;
  return unversioned('user.active', id, at, data);
}

const LOG = 'select entries, named from activity_log order by id';
const NAMES_OF = `
  select u.id as "userKey", u.user_id as "userId" from user_ids u where u.id = any($1)`;
const ORGS_OF = 'select id, org_id as "orgId" from org_ids where id = any($1)';

interface LogEntry {
  user: number;
  org: number | undefined;
  seconds: number;
}

/** The activity that is not folded yet, with its times. */
async function* loggedLines(db: Connection): AsyncGenerator<EventLine> {
  type Row = { entries: Buffer; named: Buffer | null };
  for await (const { entries, named } of rowsOf<Row>(db, LOG, FETCHED_LARGE)) {
    const all: LogEntry[] = [];
    forEachEntry(entries, (user, seconds) => all.push({ user, org: undefined, seconds }));
    if (named) forEachNamed(named, (user, org, seconds) => all.push({ user, org, seconds }));
    const users = await db.query<{ userKey: number; userId: string }>(NAMES_OF, [
      all.map(({ user }) => user),
    ]);
    const orgs = await db.query<{ id: number; orgId: string }>(ORGS_OF, [
      all.flatMap(({ org }) => org ?? []),
    ]);
    const userOf = new Map(users.rows.map(({ userKey, userId }) => [userKey, userId]));
    const orgOf = new Map(orgs.rows.map(({ id, orgId }) => [id, orgId]));
    for (const { user, org, seconds } of all) {
      const orgId = org === undefined ? null : orgOf.get(org)!;
      yield lineOf({ userId: userOf.get(user)!, orgId }, String(seconds), seconds * 1000);
    }
  }
}
