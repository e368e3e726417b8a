import type { Ranking } from '#libs/contracts';
import { randomUUID } from 'node:crypto';
import { copyPacked, packRow, type Connection } from '#libs/database';
import { INDEX, NUMBERS } from './lists.js';

/** SQL condition for the lists that are rankings. */
export const IS_RANKING = `report not in ('${NUMBERS}', '${INDEX}')`;

/** A list to store. */
export interface StoredList extends Ranking {
  total: number;
  /** Its rows in the binary format of COPY, with the columns of `rowHead`. */
  rows: Buffer;
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

/** Bytes per write, since PostgreSQL allocates as many for each. */
const BYTES_AT_ONCE = 8 * 2 ** 20;

/** A row of a list in the binary format of COPY, without its numbers and its entries, which are zero. */
export function rowHead({ subject, report, interval }: Ranking): Buffer {
  return packRow(TYPES, [subject, report, interval, randomId(), 0, 0, 0, Buffer.alloc(0)]);
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
  await copyPacked(db, `${table} (${NAMES})`, async (put) => {
    const send = async ({ rows }: StoredList) => {
      for (let first = 0; first < rows.length; first += BYTES_AT_ONCE)
        await put(rows.subarray(first, first + BYTES_AT_ONCE));
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
