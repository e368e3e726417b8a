import { ask } from './database.js';

/** The table of a run's snapshot, whether it is served or not. */
export interface SnapshotTable {
  runId: string;
  table: string;
}

const TABLES = `
  select r.run_id as "runId", c.relname as table
  from pg_class c left join report_runs r on c.relname = 'snapshots_run_' || r.id
  where c.relname like 'snapshots\\_run\\_%' and c.relkind = 'r'
  order by r.id`;

/** Every snapshot table in the store. */
export function snapshotTables(databaseUrl: string): Promise<SnapshotTable[]> {
  return ask<{ runId: string; table: string }>(databaseUrl, TABLES);
}

/** The same with the number of rankings in each; no snapshot may be pruned meanwhile. */
export async function storedSnapshots(
  databaseUrl: string,
): Promise<(SnapshotTable & { rankings: number })[]> {
  const counted = (await snapshotTables(databaseUrl)).map(async (one) => {
    const sql = `select count(*)::int as rankings from ${one.table} where report not in ('numbers', 'index') and first = 0`;
    const [row] = await ask<{ rankings: number }>(databaseUrl, sql);
    return { ...one, rankings: row!.rankings };
  });
  return Promise.all(counted);
}
