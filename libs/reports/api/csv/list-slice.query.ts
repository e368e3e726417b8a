import type { Ranking } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { entriesFrom, kept } from '../../snapshots/page.query.js';
import { snapshotTable } from '../../snapshots/snapshots.store.js';
import { SnapshotPruned } from '../retry-if-pruned.js';
import type { PackedList } from '../packed-list.query.js';

/** Some entries of a ranking, and their number. */
export interface ListSlice extends Omit<PackedList, 'total'> {
  length: number;
}

const sliceFrom = (table: string) => `
  select report_id as "reportId", width, entries from (${entriesFrom(table)}) slice`;

/**
 * Entries [`first`, `first + count`) of a ranking, cut off at its end.
 * @throws SnapshotPruned when the run's snapshot was pruned
 */
export async function readListSlice(
  db: Queryable,
  runKey: number,
  { subject, report, interval }: Ranking,
  first: number,
  count: number,
): Promise<ListSlice> {
  const ask = () =>
    db.query<Omit<PackedList, 'total'>>(sliceFrom(snapshotTable(runKey)), [
      ...[subject, report, interval, first, count],
    ]);
  const [slice] = await kept(async () => (await ask()).rows);
  if (!slice) throw new SnapshotPruned();
  return { ...slice, length: slice.entries.length / slice.width };
}
