import { ask } from './database.js';

/** A snapshot that is in the store: whose, and how many rankings it holds. */
export interface StoredSnapshot {
  runId: string;
  table: string;
  rankings: number;
}

const TABLES = `
  select r.run_id as "runId", c.relname as table
  from pg_class c left join report_runs r on c.relname = 'snapshots_run_' || r.id
  where c.relname like 'snapshots\\_run\\_%' and c.relkind = 'r'
  order by r.id`;

/** Every snapshot that takes room in the store, whether it is served or not. */
export async function storedSnapshots(databaseUrl: string): Promise<StoredSnapshot[]> {
  const tables = await ask<{ runId: string; table: string }>(databaseUrl, TABLES);
  const counted: StoredSnapshot[] = [];
  for (const { runId, table } of tables) {
    const sql = `select count(*)::int as rankings from ${table} where report <> 'numbers'`;
    const [row] = await ask<{ rankings: number }>(databaseUrl, sql);
    counted.push({ runId, table, rankings: row!.rankings });
  }
  return counted;
}
