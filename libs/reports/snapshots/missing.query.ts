import type { Ranking } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { kept } from './page.query.js';
import { snapshotTable } from './snapshots.store.js';
import { SERVABLE } from './served-run.js';

const missingFrom = (table: string) => `
  select
    not exists (select from ${table} where subject = $1 and report = $2 and "interval" = $3)
    and exists (select from ${table})
    and exists (select from report_runs where id = $4 and run_id = $5 and ${SERVABLE}) as missing`;

/** Whether a kept run lacks a ranking, because a version without the report made it. */
export async function lacksRanking(
  db: Queryable,
  run: { id: number; runId: string },
  { subject, report, interval }: Ranking,
): Promise<boolean> {
  const values = [subject, report, interval, run.id, run.runId];
  const sql = missingFrom(snapshotTable(run.id));
  const [row] = await kept(async () => (await db.query<{ missing: boolean }>(sql, values)).rows);
  return row?.missing === true;
}
