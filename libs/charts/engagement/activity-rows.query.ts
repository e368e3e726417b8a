import type { Subject } from '#libs/contracts';
import { copyRows, literal, type Connection, type CopiedRow } from '#libs/database';

const TABLES = { user: 'activity', org: 'org_activity' } as const;
const IDS = { user: 'user_ids', org: 'org_ids' } as const;
const SUBJECTS = { user: 'users', org: 'orgs' } as const;

const NONE = Buffer.alloc(0);

/** Days with both ends, each the first millisecond of the same date in UTC. */
export interface Days {
  first: number;
  last: number;
}

/** The first and the last day with activity, and one more than the highest key. */
export interface Extent {
  days: Days | undefined;
  keys: number;
}

const EXTENT = (subject: Subject) => `
  select (select min(day) from ${TABLES[subject]})::text as first,
    (select max(day) from ${TABLES[subject]})::text as last,
    coalesce((select max(id) from ${IDS[subject]}), -1) + 1 as keys`;

export async function activityExtent(db: Connection, subject: Subject): Promise<Extent> {
  const { rows } = await db.query<{ first: string | null; last: string | null; keys: number }>(
    EXTENT(subject),
  );
  const { first, last, keys } = rows[0]!;
  const days =
    first !== null && last !== null
      ? { first: Date.parse(first), last: Date.parse(last) }
      : undefined;
  return { days, keys };
}

/** The blocks from `from` to the one before `before`. */
export interface BlockRange {
  from: number;
  before: number;
}

/** Receives the row of a bitmap, with the bits as its next field. */
export type OnBits = (block: number, day: number, row: CopiedRow) => void;

const inRange = ({ from, before }: BlockRange, { first, last }: Days) => `
  block >= ${literal.int(from)} and block < ${literal.int(before)}
  and day >= ${literal.day(first)} and day <= ${literal.day(last)}`;

/** Streams the bitmaps of some blocks and days, unordered. */
export async function scanRows(
  db: Connection,
  subject: Subject,
  blocks: BlockRange,
  days: Days,
  onBits: OnBits,
): Promise<void> {
  const select = `select block, day, bits from ${TABLES[subject]} where ${inRange(blocks, days)}`;
  await copyRows(db, select, (row) => onBits(row.int(), row.dayMs(), row));
}

/** Streams one bitmap per block: the keys active on any of the days. */
export async function scanEver(
  db: Connection,
  subject: Subject,
  blocks: BlockRange,
  days: Days,
  onBits: (block: number, row: CopiedRow) => void,
): Promise<void> {
  const select = `
    select block, bit_or(bits) as bits from ${TABLES[subject]} where ${inRange(blocks, days)} group by block`;
  await copyRows(db, select, (row) => onBits(row.int(), row));
}

/** The instants from `from` to the next range, and what they stand for. */
export interface CreationRange {
  from: number;
  value: number;
}

/** Keys per statement: at most 8 MB. */
const KEYS_AT_ONCE = 2 ** 20;

// One value with the key and the number of the range of each creation, 4 bytes each, in any order. CPU time for 40,000
// creations: 17 ms in PostgreSQL and 2 ms here, instead of 21 and 7 ms with a row per creation.
const CREATIONS = (subject: Subject, from: number, ranges: readonly CreationRange[]) => {
  const starts = ranges.map((range) => range.from);
  return `
    select string_agg(
      int8send(id::int8 << 32 | width_bucket(created_at, ${literal.instants(starts)})), ''::bytea)
    from ${SUBJECTS[subject]}
    where created_at >= ${literal.instant(starts[0]!)} and created_at < ${literal.instant(starts.at(-1)!)}
      and id >= ${literal.int(from)} and id < ${literal.int(from + KEYS_AT_ONCE)}`;
};

/**
 * Streams the creations in some ranges, unordered; deleted users and orgs too.
 * @param before one more than the highest key
 * @param ranges in order; the last one only ends the one before
 */
export async function scanCreations(
  db: Connection,
  subject: Subject,
  before: number,
  ranges: readonly CreationRange[],
  onCreation: (key: number, value: number) => void,
): Promise<void> {
  if (ranges.length === 0) return;
  for (let from = 0; from < before; from += KEYS_AT_ONCE) {
    await copyRows(db, CREATIONS(subject, from, ranges), (row) => {
      const packed = row.bytesOrNull() ?? NONE;
      for (let at = 0; at < packed.length; at += 8)
        onCreation(packed.readInt32BE(at), ranges[packed.readInt32BE(at + 4) - 1]!.value);
    });
  }
}
