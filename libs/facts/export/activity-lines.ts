import { formatDay, type Calendar } from '#libs/contracts';
import type { Connection, Queryable } from '#libs/database';
import { forEachEntry, forEachNamed } from '../blocks/activity-entries.js';
import { BLOCK_SHIFT, forEachKey, type ActivityTable } from '../blocks/day-block.js';
import { loadLastActive, scanPairsAfter } from '../read/scan.js';
import { FETCHED_LARGE, rowsOf } from './cursor.js';
import { unversioned, type EventLine } from './lines.js';

/** The user, and for a named pair the org, of a key. */
interface Named {
  userKey: number;
  userId: string;
  orgId: string | null;
}

/** The names of a block of keys. */
type NamesOf = (block: number) => Promise<Map<number, Named>>;

const USERS = `
  select id as "userKey", user_id as "userId", null as "orgId"
  from user_ids where id >= $1 and id < $2`;

const BLOCKS = (table: ActivityTable) => `
  select (day - date '1970-01-01')::float8 * 86400000 as day, block, substring(bit_send(bits) from 5) as bits
  from ${table} order by block, day`;

type BlockRow = { day: number; block: number; bits: Buffer };

/**
 * Events that produce the active days of all users, the orgs named on them, and the last activity. An event is at the
 * beginning of its day, except on the day of the user's last activity, whose second is known. Keeps 4 bytes per user
 * and 8 bytes per pair of user and org in memory. Except in UTC, the first day of events begins before 1970, and earlier
 * times cannot be imported.
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
  yield* foldedLines(db, calendar, latest, 'activity', namesOfUsers(db));
  yield* foldedLines(db, calendar, latest, 'named_activity', await namesOfPairs(db));
}

async function* foldedLines(
  db: Connection,
  calendar: Calendar,
  latest: Uint32Array,
  table: ActivityTable,
  namesOf: NamesOf,
): AsyncGenerator<EventLine> {
  let known = { block: -1, names: new Map<number, Named>() };
  const starts = new Map<number, number>();
  const startOf = (day: number) => {
    const start = starts.get(day) ?? Math.max(calendar.startOf(day), 0);
    starts.set(day, start);
    return start;
  };
  for await (const { day, block, bits } of rowsOf<BlockRow>(db, BLOCKS(table), FETCHED_LARGE)) {
    if (known.block !== block) known = { block, names: await namesOf(block) };
    const keys: number[] = [];
    forEachKey(block, bits, (key) => keys.push(key));
    for (const key of keys) {
      const named = known.names.get(key)!;
      const last = latest[named.userKey]! * 1000;
      yield lineOf(named, formatDay(day), calendar.dayOf(last) === day ? last : startOf(day));
    }
  }
}

function namesOfUsers(db: Queryable): NamesOf {
  return async (block) => {
    const range = [block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT];
    const { rows } = await db.query<Named>(USERS, range);
    return new Map(rows.map((row) => [row.userKey, row]));
  };
}

async function namesOfPairs(db: Connection): Promise<NamesOf> {
  const { rows } = await db.query<{ last: number }>(LAST_PAIR);
  const users = new Int32Array(rows[0]!.last + 1);
  const orgs = new Int32Array(users.length);
  await scanPairsAfter(db, 0, (id, user, org) => {
    users[id] = user;
    orgs[id] = org;
  });
  return async (block) => {
    const [first, end] = [block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT];
    const userIds = await userIdsOf(db, users.subarray(first, end));
    const orgIds = await orgIdsOf(db, orgs.subarray(first, end));
    const names = new Map<number, Named>();
    for (let id = first; id < Math.min(end, users.length); id++) {
      const [userKey, orgKey] = [users[id]!, orgs[id]!];
      if (userKey === 0) continue;
      names.set(id, { userKey, userId: userIds.get(userKey)!, orgId: orgIds.get(orgKey)! });
    }
    return names;
  };
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

const LAST_PAIR = 'select coalesce(max(last_id), 0) as last from activity_pairs';
const LOG = 'select entries, named from activity_log order by id';
const USERS_OF = 'select id as key, user_id as id from user_ids where id = any($1)';
const ORGS_OF = 'select id as key, org_id as id from org_ids where id = any($1)';

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
    const userKeys = all.map(({ user }) => user);
    const orgKeys = all.flatMap(({ org }) => org ?? []);
    const userOf = await userIdsOf(db, userKeys);
    const orgOf = await orgIdsOf(db, orgKeys);
    for (const { user, org, seconds } of all) {
      const orgId = org === undefined ? null : orgOf.get(org)!;
      yield lineOf({ userId: userOf.get(user)!, orgId }, String(seconds), seconds * 1000);
    }
  }
}

const userIdsOf = (db: Queryable, keys: ArrayLike<number>) => idsOf(db, USERS_OF, keys);
const orgIdsOf = (db: Queryable, keys: ArrayLike<number>) => idsOf(db, ORGS_OF, keys);

async function idsOf(
  db: Queryable,
  sql: string,
  keys: ArrayLike<number>,
): Promise<Map<number, string>> {
  const { rows } = await db.query<{ key: number; id: string }>(sql, [Array.from(keys)]);
  return new Map(rows.map(({ key, id }) => [key, id]));
}
