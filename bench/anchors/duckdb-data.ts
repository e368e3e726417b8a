import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { DAY_MS } from '#libs/contracts';
import { Bar } from '../progress.js';
import { NO_MEMBERSHIP } from '../reference/memberships.js';
import { DAYS, FIRST_DAY, ReferenceData, type Subject } from '../reference/reference-data.js';
import { replaySteps } from './spans.js';

const BLOCK_SHIFT = 12;
const BLOCK_WORDS = 64;
const FIRST = FIRST_DAY / DAY_MS;
const FLUSH_ROWS = 100_000;

const TABLES = [
  `create table told_users (key integer, id varchar, created_at bigint, deleted_at bigint,
    last_active_at bigint)`,
  'create table told_orgs (key integer, id varchar, created_at bigint, deleted_at bigint)',
  'create table spans (user_key integer, org_key integer, from_day integer, to_day integer)',
  'create table additions (org_key integer, day integer)',
  'create table removals (org_key integer, day integer)',
  'create table invites (inviter_key integer, invitee integer, day integer)',
  `create table activity_words (day integer, block integer, word integer, bits ubigint,
    unnamed ubigint)`,
  'create table pairs (key integer, user_key integer, org_key integer)',
  'create table named_words (day integer, block integer, word integer, bits ubigint)',
];

// Sorted by id, with the position in that order, as an index on the ids would give.
const SORTED = ['users', 'orgs'].flatMap((name) => [
  `create table ${name} as
    select *, created_at // ${DAY_MS} as created_day,
      (row_number() over (order by id))::integer as id_place
    from told_${name} where created_at is not null order by id`,
  `drop table told_${name}`,
]);

const keysOf = (table: string, bits: string) => `
  select day, (block * 4096 + word * 64 + bit)::integer as key
  from ${table}, range(${BLOCK_WORDS}) positions (bit)
  where (${bits} >> bit) & 1 = 1`;

// One row per user and day, with the named org or null, in the order of the days.
const ROWS = `
  create table activity as
  select day, key as user_key, null::integer as org_key from (${keysOf('activity_words', 'unnamed')})
  union all
  select day, user_key, org_key from (${keysOf('named_words', 'bits')}) join pairs using (key)
  order by day, user_key`;

/**
 * Fills an empty DuckDB. Users and orgs are identified by their index. Activity is stored twice: as rows, and as
 * bitmaps, with a day of 4,096 users, or of 4,096 pairs of user and named org, in 64 words. Memberships are already
 * replayed, excluded users are left out, and invitees are numbers: insightd has to compute all three.
 */
export async function fillDuckDb(connection: DuckDBConnection, users: number): Promise<void> {
  const data = new ReferenceData(users);
  for (const sql of TABLES) await connection.run(sql);
  const lastActive = await fillActivity(connection, data);
  await fill(connection, 'told_users', data.users, (row, index) => {
    if (data.isExcluded(index)) return;
    appendSubject(row, index, data.user(index));
    row.appendBigInt(BigInt(lastActive[index]!));
    row.endRow();
  });
  await fill(connection, 'told_orgs', data.orgs, (row, index) => {
    appendSubject(row, index, data.org(index));
    row.endRow();
  });
  await fillMemberships(connection, data);
  await fill(connection, 'invites', data.invites, (row, index) => {
    const { inviter, invitee, at } = data.invite(index);
    if (data.isExcluded(inviter)) return;
    appendIntegers(row, inviter, invitee, dayOf(at));
  });
  for (const sql of [...SORTED, ROWS, 'checkpoint']) await connection.run(sql);
}

async function fill(
  connection: DuckDBConnection,
  table: string,
  count: number,
  append: (row: DuckDBAppender, index: number) => void,
): Promise<void> {
  const appender = await connection.createAppender(table);
  for (let index = 0; index < count; index++) {
    append(appender, index);
    if (index % FLUSH_ROWS === 0) appender.flushSync();
  }
  appender.closeSync();
}

function appendSubject(row: DuckDBAppender, index: number, subject: Subject): void {
  row.appendInteger(index);
  row.appendVarchar(subject.id);
  for (const at of [subject.createdAt, subject.deletedAt]) {
    if (at === undefined) row.appendNull();
    else row.appendBigInt(BigInt(at));
  }
}

function appendIntegers(row: DuckDBAppender, ...values: (number | undefined)[]): void {
  for (const value of values) {
    if (value === undefined) row.appendNull();
    else row.appendInteger(value);
  }
  row.endRow();
}

async function fillMemberships(connection: DuckDBConnection, data: ReferenceData): Promise<void> {
  const additions = await connection.createAppender('additions');
  const removals = await connection.createAppender('removals');
  const pairs = await connection.createAppender('pairs');
  await fill(connection, 'spans', data.memberships, (spans, index) => {
    const { user, org, steps } = data.membership(index);
    if (data.isExcluded(user)) return;
    appendIntegers(pairs, index, user, org);
    const deletions = [data.user(user).deletedAt ?? Infinity, data.org(org).deletedAt ?? Infinity];
    const closedAt = Math.min(...deletions);
    const replayed = replaySteps(steps, closedAt === Infinity ? undefined : closedAt);
    for (const { from, to } of replayed.spans) {
      appendIntegers(spans, user, org, from && dayOf(from), to && dayOf(to));
    }
    for (const at of replayed.additions) appendIntegers(additions, org, dayOf(at));
    for (const at of replayed.removals) appendIntegers(removals, org, dayOf(at));
  });
  for (const appender of [additions, removals, pairs]) appender.closeSync();
}

/** @returns the last activity of each user, unix seconds */
async function fillActivity(
  connection: DuckDBConnection,
  data: ReferenceData,
): Promise<Float64Array> {
  const lastActive = new Float64Array(data.users);
  const appender = await connection.createAppender('activity_words');
  const named = await connection.createAppender('named_words');
  const bar = new Bar('days', DAYS, 'days');
  for (const [day, users] of creationsBefore(data)) {
    for (const user of users) lastActive[user] = Math.floor(data.user(user).createdAt! / 1000);
    const words = wordsOf(users, data.users);
    appendDay(appender, day, words, words);
  }
  const excluded = Uint8Array.from({ length: data.users }, (_, user) =>
    Number(data.isExcluded(user)),
  );
  for (let day = 0; day < DAYS; day++) {
    const active = data.activeOn(day);
    for (const [place, user] of active.users.entries()) lastActive[user] = active.seconds[place]!;
    const isCounted = (place: number) => excluded[active.users[place]!] === 0;
    const hasName = (place: number) => active.named[place] !== NO_MEMBERSHIP;
    const users = active.users.filter((_, place) => isCounted(place));
    const unnamed = active.users.filter((_, place) => isCounted(place) && !hasName(place));
    const pairs = active.named.filter((_, place) => isCounted(place) && hasName(place));
    appendDay(appender, FIRST + day, wordsOf(users, data.users), wordsOf(unnamed, data.users));
    appendDay(named, FIRST + day, wordsOf(pairs, data.memberships));
    for (const each of [appender, named]) each.flushSync();
    bar.add(1);
  }
  for (const each of [appender, named]) each.closeSync();
  return lastActive;
}

/** Users created before the period, by day: a creation is activity. */
function creationsBefore(data: ReferenceData): [day: number, users: number[]][] {
  const days = new Map<number, number[]>();
  for (let user = 0; user < data.users; user++) {
    const { createdAt } = data.user(user);
    if (createdAt === undefined || createdAt >= FIRST_DAY || data.isExcluded(user)) continue;
    const day = dayOf(createdAt);
    const known = days.get(day);
    if (known) known.push(user);
    else days.set(day, [user]);
  }
  return [...days].sort(([one], [other]) => one - other);
}

/** The bitmaps of keys below `size`, whole blocks. */
function wordsOf(keys: Iterable<number>, size: number): BigUint64Array {
  const words = new BigUint64Array(Math.ceil(size / (1 << BLOCK_SHIFT)) * BLOCK_WORDS);
  const halves = new Uint32Array(words.buffer);
  for (const key of keys) halves[key >> 5]! |= 1 << (key & 31);
  return words;
}

/** All words of a day, including empty ones, so that the n-th row of each day has the same keys. */
function appendDay(
  row: DuckDBAppender,
  day: number,
  words: BigUint64Array,
  unnamed?: BigUint64Array,
): void {
  for (let place = 0; place < words.length; place++) {
    row.appendInteger(day);
    row.appendInteger(Math.floor(place / BLOCK_WORDS));
    row.appendInteger(place % BLOCK_WORDS);
    row.appendUBigInt(words[place]!);
    if (unnamed) row.appendUBigInt(unnamed[place]!);
    row.endRow();
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
