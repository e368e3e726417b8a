import type { Ranking } from '#libs/contracts';
import { randomUUID } from 'node:crypto';
import { copyInParts, type Connection } from '#libs/database';
import { INDEX, NUMBERS } from './lists.js';
import { PART_BYTES } from './packing.js';

/** SQL condition for the lists that are rankings. */
export const IS_RANKING = `report not in ('${NUMBERS}', '${INDEX}')`;

/** A list to store. */
export interface StoredList extends Ranking {
  total: number;
  /** Bytes per entry. */
  width: number;
  entries: Buffer;
}

/**
 * The name of the table of a run's snapshot. Names cannot be bound, so its only variable part is a number.
 * @param runKey `report_runs.id`
 */
export function snapshotTable(runKey: number): string {
  return `snapshots_run_${Math.trunc(runKey)}`;
}

const COLUMNS = [
  ['subject', 'text'],
  ['report', 'text'],
  ['"interval"', 'text'],
  ['report_id', 'uuid'],
  ['total', 'int'],
  ['width', 'int'],
  ['first', 'int'],
  ['entries', 'bytea'],
] as const;
const NAMES = COLUMNS.map(([name]) => name).join(', ');
const TYPES = COLUMNS.map(([, type]) => type);

/** Parts per write, about 8 MB, which may wait in sockets while the next list is made. In memory twice. */
const PARTS_AT_ONCE = 1_024;

/** The rows of a list; at least one, because rows also describe the list. */
function partsOf({ subject, report, interval, total, width, entries }: StoredList) {
  const reportId = randomId();
  return Array.from({ length: Math.max(Math.ceil(entries.length / PART_BYTES), 1) }, (_, part) => {
    const bytes = entries.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    return [subject, report, interval, reportId, total, width, (part * PART_BYTES) / width, bytes];
  });
}

/** The 16 bytes of a random UUID. */
function randomId(): Buffer {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
}

/**
 * Writes a run's snapshot into its own table, in the transaction that completes the run, so it becomes visible as a
 * whole or not at all.
 * @param lists each stays valid until the next but one is requested
 * @returns entries by ranking, such as `user/champion/30`
 */
export async function writeSnapshot(
  db: Connection,
  runKey: number,
  lists: AsyncIterable<StoredList>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const table = snapshotTable(runKey);
  // A store restored in place may contain the table of a later run with the same number.
  await db.query(`drop table if exists ${table}`);
  await db.query(`create table ${table} (like snapshots including all)`);
  await copyInParts(db, `${table} (${NAMES})`, TYPES, async (put) => {
    const send = async (list: StoredList) => {
      const parts = partsOf(list);
      for (let first = 0; first < parts.length; first += PARTS_AT_ONCE)
        await put(parts.slice(first, first + PARTS_AT_ONCE));
    };
    // PostgreSQL writes one list while the engine makes the next.
    let sending = Promise.resolve();
    for await (const list of lists) {
      await sending;
      sending = send(list);
      // A failure surfaces at the next await.
      sending.catch(() => undefined);
      const { subject, report, interval, total } = list;
      if (report !== NUMBERS && report !== INDEX)
        counts[`${subject}/${report}/${interval}`] = total;
    }
    await sending;
  });
  return counts;
}

/** Drops a run's snapshot. @throws Error `55P03` when another session reads it for more than a second */
export async function dropSnapshot(db: Connection, runKey: number): Promise<void> {
  await db.query(`set local lock_timeout = '1s'`);
  await db.query(`drop table if exists ${snapshotTable(runKey)}`);
}
