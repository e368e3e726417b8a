import { setTimeout as delay } from 'node:timers/promises';
import { chartsAreCurrent } from '#libs/charts';
import { formatDay } from '#libs/contracts';
import { BulkLoad } from '#libs/facts';
import { Database } from '#libs/database';
import { openDuckDb, type DuckDb } from '../anchors/duckdb.js';
import { CLEAR, PASSES, type Pass } from '../anchors/passes.js';
import { cloneStore } from '../clone.js';
import { closing } from '../closing.js';
import { LaterHours } from '../later-hours.js';
import { startService, type Service } from '../processes.js';
import { LAST_DAY, ReferenceData } from '../reference/reference-data.js';
import { askJson } from '../requests.js';
import { RUN_FIGURE, type Bench, type Figure, type Stage } from '../stage.js';
import { comparePages } from './compare-pages.js';
import { compareSnapshots } from './compare-snapshots.js';

const RUNS = '/api/admin/v1/report_runs';
const LOOK_MS = 500;

/** Workers whose first run is measured. */
const FIRST_RUNS = 3;

/**
 * Report runs of a real worker, next to DuckDB on the same data. A worker reads everything in its first run, and only
 * the changes in each later run; an hour of events lies between two runs.
 */
export const runs: Stage = {
  name: 'runs',
  run: (bench) =>
    closing(async (open) => {
      const duckDb = await open(openDuckDb(bench));
      const { databaseUrl } = await open(cloneStore(bench, 'runs'));
      const database = new Database({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: 3 });
      await open(Promise.resolve({ close: () => database.onApplicationShutdown() }));
      const api = await open(startService('api', databaseUrl));
      const worker = await open(startService('worker', databaseUrl));
      return measure({ ...bench, databaseUrl }, { duckDb, api, worker, database });
    }),
};

interface Sides {
  duckDb: DuckDb;
  api: Service;
  worker: Service;
  database: Database;
}

type Samples = Record<'ours' | 'first' | 'second' | keyof typeof PASSES, number[]>;
const SIDES = ['ours', 'rows', 'bits', 'plain'] as const;

async function measure(bench: Bench, sides: Sides): Promise<Figure[]> {
  const { duckDb, api, worker, database } = sides;
  const samples: Samples = { first: [], second: [], ours: [], rows: [], bits: [], plain: [] };
  const hours = new LaterHours(new ReferenceData(bench.users));
  const load = new BulkLoad(database, {});
  // The first round compares all results entry by entry. The second is a warm-up: it compiles the code that applies changes.
  const last = bench.repeats + 1;
  for (let round = 0; round <= last; round++) {
    if (round > 0) {
      await load.events(hours.next());
      // The worker derives the chart data of an hour long before the hour is over.
      while (!(await chartsAreCurrent(database.pool))) await delay(LOOK_MS);
    }
    const { runId, seconds } = await run(api, worker, round === 0 ? 'everything' : 'changes');
    const took = { ours: seconds, rows: 0, bits: 0, plain: 0 };
    for (const name of ['rows', 'bits', 'plain'] as const) {
      took[name] = await timeDuckDb(duckDb, PASSES[name]);
      const isCompared = round === 0 || (name === 'bits' && round === last);
      if (isCompared) await compareSnapshots(bench, runId, duckDb, PASSES[name]);
      if (name === 'bits' && round === 0) await comparePages(bench, api, runId, duckDb);
    }
    const times = SIDES.map((side) => `${side} ${took[side].toFixed(2)} s`).join(', ');
    bench.progress(`${round === 0 ? 'all rankings agree' : `round ${round}`}: ${times}`);
    if (round === 0) samples.first.push(seconds);
    else if (round === 1) samples.second.push(seconds);
    else for (const side of SIDES) samples[side].push(took[side]);
  }
  bench.progress('all rankings agree after the hours that went by');
  const peakMb = worker.peakMb();
  await worker.close();
  const others = await measureFirstRuns(bench, sides, samples);
  return [...runFigures(samples), memoryFigure(Math.max(peakMb, ...others))];
}

/** First runs of further workers, each beside DuckDB on rows. @returns the peak memory of each worker in MB */
async function measureFirstRuns(
  bench: Bench,
  { duckDb, api }: Sides,
  samples: Samples,
): Promise<number[]> {
  const peaks: number[] = [];
  while (samples.first.length < Math.min(FIRST_RUNS, bench.repeats)) {
    const worker = await startService('worker', bench.databaseUrl);
    try {
      const { seconds } = await run(api, worker, 'everything');
      samples.first.push(seconds);
      samples.rows.push(await timeDuckDb(duckDb, PASSES.rows));
      peaks.push(worker.peakMb());
      bench.progress(`the first run of another worker: ${seconds.toFixed(2)} s`);
    } finally {
      await worker.close();
    }
  }
  return peaks;
}

function runFigures(samples: Samples): Figure[] {
  const run: Figure = { what: RUN_FIGURE, unit: 's', better: 'lower', samples: samples.ours };
  return [
    { ...run, against: PASSES.rows.what, must: 4, aim: 7 },
    { ...run, what: 'the same, against bitmaps in DuckDB', against: PASSES.bits.what, aim: 1 },
    { ...run, what: 'the same, against a plain statement in DuckDB', against: PASSES.plain.what },
    {
      ...run,
      what: 'the first run of a worker, which reads everything',
      samples: samples.first,
      ...{ against: PASSES.rows.what, must: 1.2, aim: 2 },
    },
    {
      ...run,
      what: 'the second run of a worker, whose code is not compiled',
      samples: samples.second,
    },
    ...(['rows', 'bits', 'plain'] as const).map((name): Figure => {
      return { what: PASSES[name].what, unit: 's', better: 'lower', samples: samples[name] };
    }),
  ];
}

function memoryFigure(peakMb: number): Figure {
  const what = 'memory of the worker, at most';
  return { what, unit: 'MB', better: 'lower', samples: [peakMb], must: 640, aim: 512 };
}

/**
 * One run as of the last day. The worker measures the time from its claim to the commit, without the delay of the
 * queue.
 * @throws Error when the run read everything instead of the changes, or the reverse
 */
export async function run(
  api: Service,
  worker: Service,
  toRead: 'everything' | 'changes',
): Promise<{ runId: string; seconds: number }> {
  const ended = worker.log.next('report run completed', 'report run failed');
  await askJson(api, RUNS, { as_of: formatDay(LAST_DAY) });
  const { msg, runId, seconds, reason, read } = await ended;
  if (msg !== 'report run completed') throw new Error(`The report run failed: ${String(reason)}.`);
  if (read !== toRead) throw new Error(`A run has read ${String(read)}, not ${toRead}.`);
  return { runId: String(runId), seconds: Number(seconds) };
}

async function timeDuckDb(duckDb: DuckDb, { statements }: Pass): Promise<number> {
  for (const sql of CLEAR) await duckDb.run(sql);
  const startedAt = performance.now();
  for (const sql of statements) await duckDb.run(sql);
  return (performance.now() - startedAt) / 1000;
}
