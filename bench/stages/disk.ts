import { cloneStore, type Clone } from '../clone.js';
import { closing } from '../closing.js';
import { startService } from '../processes.js';
import { runOnce } from '../runs.js';
import { Samples } from '../samples.js';
import { openSmallStore } from '../small-store.js';
import type { Bench, Figure, Stage } from '../stage.js';
import { completeRuns } from '../scheduled-runs.js';

const DAYS_A_MONTH = 365.25 / 12;
const [FEW_RUNS, MANY_RUNS] = [20, 200];
const KEPT = { SNAPSHOTS_HOURLY: '3', SNAPSHOTS_DAILY: '3' };

const ROWS = {
  activity: 'activity on disk with named orgs, a user-month',
  named: 'of these, the named orgs',
  snapshot: 'snapshot on disk, an entry of a ranking or of the index',
  growth: `database after ${MANY_RUNS} runs, of its size after ${FEW_RUNS}`,
  catalog: 'system catalogs, gained a run',
  dead: `dead rows after ${MANY_RUNS} runs, of all rows`,
};

/** Stored data takes little space, and pruned data takes none. */
export const disk: Stage = {
  name: 'disk',
  run: async (bench) => {
    const samples = new Samples();
    await measureSizes(bench, samples);
    await measureRetention(bench, samples);
    return figures(samples);
  },
};

function figures(samples: Samples): Figure[] {
  return [
    samples.figure(ROWS.activity, 'B', 'lower', { must: 12, aim: 8 }),
    samples.figure(ROWS.named, 'B', 'lower'),
    samples.figure(ROWS.snapshot, 'B', 'lower', { must: 8, aim: 7 }),
    samples.figure(ROWS.growth, '×', 'lower', { must: 1.2, aim: 1.1 }),
    samples.figure(ROWS.catalog, 'B', 'lower'),
    samples.figure(ROWS.dead, '%', 'lower', { must: 20, aim: 10 }),
  ];
}

async function measureSizes(bench: Bench, samples: Samples): Promise<void> {
  await closing(async (open) => {
    const clone = await open(cloneStore(bench, 'disk'));
    const { activity, named } = await bytesOfUserMonth(clone, bench.users);
    samples.add(ROWS.activity, activity + named);
    samples.add(ROWS.named, named);
    await open(startService('worker', clone.databaseUrl));
    const api = await open(startService('api', clone.databaseUrl));
    bench.progress('one run');
    await runOnce(api, clone);
    samples.add(ROWS.snapshot, await bytesOfEntry(clone));
  });
}

async function bytesOfUserMonth(
  clone: Clone,
  users: number,
): Promise<{ activity: number; named: number }> {
  const [row] = await clone.query<{ activity: number; named: number; days: number }>(`
    select pg_total_relation_size('activity')::float8 as activity,
      (pg_total_relation_size('named_activity') + pg_total_relation_size('activity_pairs'))::float8
        as named,
      count(distinct day)::int as days
    from activity`);
  const userMonths = (users * row!.days) / DAYS_A_MONTH;
  return { activity: row!.activity / userMonths, named: row!.named / userMonths };
}

/** An entry is a row of a ranking, or of the index of users or orgs. */
async function bytesOfEntry(clone: Clone): Promise<number> {
  const [run] = await clone.query<{ id: number; bytes: number; ranked: number }>(`
    select id, pg_total_relation_size('snapshots_run_' || id)::float8 as bytes,
      (select sum(value::int)::int from jsonb_each_text(row_counts)) as ranked
    from report_runs where state = 'completed'`);
  const { id, bytes, ranked } = run!;
  const [index] = await clone.query<{ indexed: number }>(`
    select sum(total)::int as indexed from snapshots_run_${id}
    where report = 'index' and interval = 'keys' and first = 0`);
  return bytes / (ranked + index!.indexed);
}

/** Keeps a few snapshots of many runs; the others must free their space. */
async function measureRetention(bench: Bench, samples: Samples): Promise<void> {
  await closing(async (open) => {
    bench.progress('a small store');
    const store = await open(openSmallStore(bench, 'retention'));
    await open(startService('worker', store.databaseUrl, KEPT));
    bench.progress(`${FEW_RUNS} runs`);
    await completeRuns(store, FEW_RUNS);
    const few = await sizes(store);
    bench.progress(`${MANY_RUNS - FEW_RUNS} runs more`);
    await completeRuns(store, MANY_RUNS);
    const many = await sizes(store);
    samples.add(ROWS.growth, many.database / few.database);
    samples.add(ROWS.catalog, (many.catalogs - few.catalogs) / (MANY_RUNS - FEW_RUNS));
    samples.add(ROWS.dead, await deadShare(store));
  });
}

interface Sizes {
  database: number;
  catalogs: number;
}

async function sizes(store: Clone): Promise<Sizes> {
  const [row] = await store.query<{ database: number; catalogs: number }>(`
    select pg_database_size(current_database())::float8 as database,
      (select sum(pg_total_relation_size(oid))::float8 from pg_class
        where relkind = 'r' and relnamespace = 'pg_catalog'::regnamespace) as catalogs`);
  return row!;
}

/** Percent. Each run creates and drops a table: its rows in the catalogs count too. */
async function deadShare(store: Clone): Promise<number> {
  const [row] = await store.query<{ share: number }>(`
    select 100.0 * sum(n_dead_tup)::float8 / sum(n_dead_tup + n_live_tup) as share
    from pg_stat_all_tables`);
  return row!.share;
}
