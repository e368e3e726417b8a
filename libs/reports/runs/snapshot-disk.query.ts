import type { Queryable } from '#libs/database';
import { SERVABLE } from '../snapshots/served-run.js';
import { mostKept, type KeptSnapshots } from './kept-snapshots.js';

/** The disk space of snapshots. */
export interface SnapshotDisk {
  /** Bytes of the latest kept snapshot. */
  latest_bytes: number;
  /** The most snapshots that the settings keep. */
  most_kept: number;
  /** Bytes of this many snapshots of the same size. */
  most_bytes: number;
}

const LATEST = `
  select pg_total_relation_size(to_regclass('snapshots_run_' || id))::float8 as bytes
  from report_runs
  where ${SERVABLE}
  order by report_time desc, id desc limit 1`;

/** Estimates the disk space of all kept snapshots from the latest; null before the first run. */
export async function snapshotDisk(
  db: Queryable,
  kept: KeptSnapshots,
): Promise<SnapshotDisk | null> {
  const [row] = (await db.query<{ bytes: number | null }>(LATEST)).rows;
  if (!row || row.bytes === null) return null;
  const most = mostKept(kept);
  return { latest_bytes: row.bytes, most_kept: most, most_bytes: row.bytes * most };
}
