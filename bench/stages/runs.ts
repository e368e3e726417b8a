import pg from 'pg';
import { formatDay } from '#libs/contracts';
import { openDuckDb, type DuckDb } from '../anchors/duckdb.js';
import { CLEAR, PASSES, type Pass } from '../anchors/passes.js';
import { closing } from '../closing.js';
import { startService, type Service } from '../processes.js';
import { LAST_DAY } from '../reference/reference-data.js';
import { askJson } from '../requests.js';
import { RUN_FIGURE, type Bench, type Figure, type Stage } from '../stage.js';
import { comparePages } from './compare-pages.js';
import { compareSnapshots } from './compare-snapshots.js';

const RUNS = '/api/admin/v1/report_runs';

/** Report runs of a real worker, side by side with DuckDB on the same data. */
export const runs: Stage = {
  name: 'runs',
  run: (bench) =>
    closing(async (open) => {
      await open(Promise.resolve({ close: () => dropRuns(bench.databaseUrl) }));
      const duckDb = await open(openDuckDb(bench));
      const api = await open(startService('api', bench.databaseUrl));
      const worker = await open(startService('worker', bench.databaseUrl));
      return measure(bench, { duckDb, api, worker });
    }),
};

interface Sides {
  duckDb: DuckDb;
  api: Service;
  worker: Service;
}

type Samples = Record<'ours' | keyof typeof PASSES, number[]>;

async function measure(bench: Bench, { duckDb, api, worker }: Sides): Promise<Figure[]> {
  const samples: Samples = { ours: [], rows: [], bits: [], plain: [] };
  // The first round is not counted: all are held against each other, row by row, and get warm.
  for (let round = 0; round <= bench.repeats; round++) {
    const { runId, seconds } = await run(api, worker);
    const took = { ours: seconds, rows: 0, bits: 0, plain: 0 };
    for (const name of ['rows', 'bits', 'plain'] as const) {
      took[name] = await timeDuckDb(duckDb, PASSES[name]);
      if (round > 0) continue;
      await compareSnapshots(bench, runId, duckDb, PASSES[name]);
      if (name === 'bits') await comparePages(bench, api, runId, duckDb);
    }
    const told = Object.entries(took).map(([side, time]) => `${side} ${time.toFixed(2)} s`);
    bench.progress(`${round === 0 ? 'all rankings agree' : `round ${round}`}: ${told.join(', ')}`);
    if (round === 0) continue;
    for (const side of ['ours', 'rows', 'bits', 'plain'] as const) samples[side].push(took[side]);
  }
  return [...runFigures(samples), memoryFigure(worker)];
}

function runFigures(samples: Samples): Figure[] {
  const run: Figure = { what: RUN_FIGURE, unit: 's', better: 'lower', samples: samples.ours };
  return [
    { ...run, against: PASSES.rows.what, must: 3, aim: 7 },
    { ...run, what: 'the same, against bitmaps in DuckDB', against: PASSES.bits.what, aim: 1 },
    { ...run, what: 'the same, against a plain statement in DuckDB', against: PASSES.plain.what },
    ...(['rows', 'bits', 'plain'] as const).map((name): Figure => {
      return { what: PASSES[name].what, unit: 's', better: 'lower', samples: samples[name] };
    }),
  ];
}

function memoryFigure(worker: Service): Figure {
  const what = 'memory of the worker, at most';
  return { what, unit: 'MB', better: 'lower', samples: [worker.peakMb()], must: 1024, aim: 512 };
}

/**
 * One run as of the last day. Timed by the worker itself, from its having taken the run to the commit:
 * what the queue adds is another matter.
 */
async function run(api: Service, worker: Service): Promise<{ runId: string; seconds: number }> {
  const ended = worker.log.next('report run completed', 'report run failed');
  await askJson(api, RUNS, { as_of: formatDay(LAST_DAY) });
  const { msg, runId, seconds, reason } = await ended;
  if (msg !== 'report run completed') throw new Error(`The report run failed: ${String(reason)}.`);
  return { runId: String(runId), seconds: Number(seconds) };
}

async function timeDuckDb(duckDb: DuckDb, { statements }: Pass): Promise<number> {
  for (const sql of CLEAR) await duckDb.run(sql);
  const startedAt = performance.now();
  for (const sql of statements) await duckDb.run(sql);
  return (performance.now() - startedAt) / 1000;
}

/** Leaves the store without any run, as it was found. */
async function dropRuns(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: number }>('delete from report_runs returning id');
    for (const { id } of rows) await client.query(`drop table if exists snapshots_run_${id}`);
  } finally {
    await client.end();
  }
}
