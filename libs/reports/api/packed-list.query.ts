import type { Ranking } from '#libs/contracts';
import { copyRows, type Connection, type Database } from '#libs/database';
import { kept } from '../snapshots/page.query.js';
import { snapshotTable } from '../snapshots/snapshots.store.js';
import { RUN_VERSION, type KeptRun } from './kept-runs.query.js';

/** A whole ranking in its stored form. */
export interface PackedList {
  reportId: string;
  total: number;
  /** Bytes per entry. */
  width: number;
  entries: Buffer;
}

const RANKING = `
  subject = current_setting('insightd.subject') and report = current_setting('insightd.report')
  and "interval" = current_setting('insightd.interval')`;

const IS_THE_RUN = `
  exists (
    select from report_runs
    where run_id = current_setting('insightd.run_id')::uuid
      and ${RUN_VERSION} = current_setting('insightd.run_version'))`;

const partsFrom = (table: string) => `
  select report_id::text, total, width, first, entries from ${table} where ${RANKING} and ${IS_THE_RUN}`;

/** Reads a whole ranking, 4 to 16 bytes per entry; undefined when the run's snapshot was pruned. */
export async function readPackedList(
  database: Database,
  run: KeptRun,
  ranking: Ranking,
): Promise<PackedList | undefined> {
  const table = snapshotTable(run.id);
  const lists = await kept(() =>
    database.transaction(async (db): Promise<PackedList[]> => {
      await setRanking(db, run, ranking);
      let list: PackedList | undefined;
      await copyRows(db, partsFrom(table), (row) => {
        const [reportId, total, width, first] = [row.text(), row.int(), row.int(), row.int()];
        list ??= { reportId, total, width, entries: Buffer.allocUnsafeSlow(total * width) };
        row.bytes().copy(list.entries, first * width);
      });
      return list ? [list] : [];
    }),
  );
  return lists[0];
}

/**
 * The numbers that a list has for some keys, in the order of the keys. The list has an entry for each key, at its number.
 * @param offset of the number in the entry
 * @param bytes of the number: 1, 2 or 4
 */
export function numbersByKey(
  { entries, width }: Pick<PackedList, 'entries' | 'width'>,
  keys: Uint32Array,
  offset = 0,
  bytes = width,
): Uint32Array {
  const numbers = new Uint32Array(keys.length);
  for (let byte = 0; byte < bytes; byte++) {
    const shift = byte * 8;
    for (let place = 0; place < keys.length; place++)
      numbers[place]! |= entries[keys[place]! * width + offset + byte]! << shift;
  }
  return numbers;
}

/** The keys of a list, in its order. */
export function keysOf(list: PackedList): Uint32Array {
  const keys = new Uint32Array(list.total);
  for (let position = 0; position < keys.length; position++) keys[position] = keyAt(list, position);
  return keys;
}

/** The key at a position of a list, from 0. */
export function keyAt({ entries, width }: PackedList, position: number): number {
  const at = position * width;
  const low = entries[at]! | (entries[at + 1]! << 8);
  return (low | (entries[at + 2]! << 16) | (entries[at + 3]! << 24)) >>> 0;
}

/** The position of a key in a list, from 0; undefined when it is missing. Scans the bytes: a million entries take 2 ms. */
export function positionOf({ entries, width, total }: PackedList, key: number): number | undefined {
  const [low, second, third, high] = [key & 255, (key >> 8) & 255, (key >> 16) & 255, key >>> 24];
  for (let position = 0, at = 0; position < total; position++, at += width) {
    if (entries[at] !== low || entries[at + 1] !== second) continue;
    if (entries[at + 2] === third && entries[at + 3] === high) return position;
  }
  return undefined;
}

async function setRanking(
  db: Connection,
  { runId, version }: KeptRun,
  { subject, report, interval }: Ranking,
): Promise<void> {
  await db.query(
    `select set_config('insightd.subject', $1, true), set_config('insightd.report', $2, true),
      set_config('insightd.interval', $3, true), set_config('insightd.run_id', $4, true),
      set_config('insightd.run_version', $5, true)`,
    [subject, report, interval, runId, version],
  );
}
