import type { Subject } from '#libs/contracts';
import { copyRows, literal, type Connection } from '#libs/database';

const TABLES = { user: 'activity', org: 'org_activity' } as const;
const IDS = { user: 'user_ids', org: 'org_ids' } as const;
const SUBJECTS = { user: 'users', org: 'orgs' } as const;

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

/** Receives a bitmap. The bits are only valid during the call. */
export type OnBits = (block: number, day: number, bits: Buffer) => void;

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
  await copyRows(db, select, (row) => onBits(row.int(), row.dayMs(), row.bits()));
}

/** Streams one bitmap per block: the keys active on any of the days. */
export async function scanEver(
  db: Connection,
  subject: Subject,
  blocks: BlockRange,
  days: Days,
  onBits: (block: number, bits: Buffer) => void,
): Promise<void> {
  const select = `
    select block, bit_or(bits) as bits from ${TABLES[subject]} where ${inRange(blocks, days)} group by block`;
  await copyRows(db, select, (row) => onBits(row.int(), row.bits()));
}

/** Streams the creations between two instants, both included, unordered; deleted users and orgs too. */
export async function scanCreations(
  db: Connection,
  subject: Subject,
  { first, last }: Days,
  onCreation: (key: number, createdAtMs: number) => void,
): Promise<void> {
  const select = `
    select id, created_at from ${SUBJECTS[subject]}
    where created_at >= ${literal.instant(first)} and created_at <= ${literal.instant(last)}`;
  await copyRows(db, select, (row) => onCreation(row.int(), row.instantMs()));
}
