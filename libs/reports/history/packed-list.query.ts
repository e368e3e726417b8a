import type { Ranking } from '#libs/contracts';
import { copyRows, type Connection, type Database } from '#libs/platform';
import { kept } from '../snapshots/page.query.js';
import { snapshotTable } from '../snapshots/snapshots.store.js';

/** A ranking as it is kept, whole. */
export interface PackedList {
  reportId: string;
  total: number;
  /** Bytes of an entry. */
  width: number;
  entries: Buffer;
}

// In small parts: a row is put together anew with each chunk that comes of it. Kept uncompressed, a part
// is read by itself.
const PART_BYTES = 16 * 1024;

const RANKING = `
  subject = current_setting('insightd.subject') and report = current_setting('insightd.report')
  and "interval" = current_setting('insightd.interval')`;

const headFrom = (table: string) => `
  select report_id::text, total, length(entries) from ${table} where ${RANKING}`;
const partsFrom = (table: string) => `
  select part, substring(entries from part * ${PART_BYTES} + 1 for ${PART_BYTES})
  from ${table}, generate_series(0, (length(entries) - 1) / ${PART_BYTES}) part
  where ${RANKING}`;

/** Reads a ranking whole, 4 to 16 bytes an entry; undefined when the run's snapshot is gone. */
export async function readPackedList(
  database: Database,
  runKey: number,
  ranking: Ranking,
): Promise<PackedList | undefined> {
  const table = snapshotTable(runKey);
  const lists = await kept(() =>
    database.transaction(async (db): Promise<PackedList[]> => {
      await setRanking(db, ranking);
      let list: PackedList | undefined;
      await copyRows(db, headFrom(table), (row) => {
        const [reportId, total, bytes] = [row.text(), row.int(), row.int()];
        const width = bytes / Math.max(total, 1);
        list = { reportId, total, width, entries: Buffer.allocUnsafeSlow(bytes) };
      });
      if (!list) return [];
      const { entries } = list;
      await copyRows(db, partsFrom(table), (row) => {
        const at = row.int() * PART_BYTES;
        row.bytes().copy(entries, at);
      });
      return [list];
    }),
  );
  return lists[0];
}

/** The keys of a list, in its order. */
export function keysOf({ entries, width, total }: PackedList): Uint32Array {
  const keys = new Uint32Array(total);
  for (let place = 0, at = 0; place < total; place++, at += width) {
    const low = entries[at]! | (entries[at + 1]! << 8);
    keys[place] = low | (entries[at + 2]! << 16) | (entries[at + 3]! << 24);
  }
  return keys;
}

/** Where a key is in a list, from 0; undefined when it is not. Byte by byte: a million take 2 ms. */
export function placeOf({ entries, width, total }: PackedList, key: number): number | undefined {
  const [low, second, third, high] = [key & 255, (key >> 8) & 255, (key >> 16) & 255, key >>> 24];
  for (let place = 0, at = 0; place < total; place++, at += width) {
    if (entries[at] !== low || entries[at + 1] !== second) continue;
    if (entries[at + 2] === third && entries[at + 3] === high) return place;
  }
  return undefined;
}

async function setRanking(db: Connection, { subject, report, interval }: Ranking): Promise<void> {
  await db.query(
    `select set_config('insightd.subject', $1, true), set_config('insightd.report', $2, true),
      set_config('insightd.interval', $3, true)`,
    [subject, report, interval],
  );
}
