import { setTimeout as delay } from 'node:timers/promises';
import { CHART_TYPES, formatDay, type ReportPage } from '#libs/contracts';
import { startChild } from '../child.js';
import { cloneStore, type Clone } from '../clone.js';
import { closing } from '../closing.js';
import { randomFrom } from '../event-bodies.js';
import {
  onlyAccepted,
  percentile,
  portOf,
  rateOf,
  startGenerator,
  type Generator,
} from '../generator.js';
import { startService, type Service } from '../processes.js';
import { askJson, rawEvents, rawGet } from '../requests.js';
import { FIRST_DAY, LAST_DAY } from '../reference/reference-data.js';
import { runOnce, runUntil } from '../runs.js';
import { Samples } from '../samples.js';
import type { Bench, Bounds, Figure, Stage } from '../stage.js';

const PAGE_SIZE = 10;
const PAGES = 4_000;
const REPORTS = ['user_report/champion', 'org_report/growth'];

/**
 * The read limit of one key, in requests per second. Far below the capacity of an api, so that a page waits only for
 * the measured work.
 */
const STEADY = { perSecond: 100, connections: 32 };
const CLOSED = { connections: 10 };
const SECONDS = 4;
const WARM_UP_SECONDS = 3;

interface Measuring {
  api: Service;
  generator: Generator;
  requests: Buffer[];
  samples: Samples;
  floor: Floor;
}

/** Baselines at the same rate as the pages: the part of a page's time that the minimal service takes too. */
interface Floor {
  /** HTTP and the machine. */
  bare: number;
  /** The same with a minimal PostgreSQL query; both are ports. */
  number: number;
}

const FASTIFY = new URL('../anchors/fastify.js', import.meta.url);
const FASTIFY_POSTGRES = new URL('../anchors/fastify-postgres.js', import.meta.url);

const BARE = 'bare Fastify at the same pace';
const NUMBER = 'one number out of PostgreSQL over bare Fastify';
const CHARTS = '8 charts of a year over HTTP, beside pages';
const API_MEMORY = 'api answering pages, peak memory';
const WORKER_MEMORY = 'worker in runs beside pages, peak memory';

/** Pages of 10 rows at any depth: of an idle api, and during report runs. */
export const pages: Stage = {
  name: 'pages',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'pages'));
      const generator = await open(startGenerator());
      const samples = new Samples();
      const bare = await open(startChild<'port', number>(FASTIFY));
      const number = await open(startChild<string, number>(FASTIFY_POSTGRES));
      const floor = { bare: await bare.ask('port'), number: await number.ask(clone.databaseUrl) };
      const about = { generator, samples, floor };
      const apart = await closing(async (openApart) => {
        const worker = await openApart(startService('worker', clone.databaseUrl));
        const api = await openApart(startService('api', clone.databaseUrl));
        await firstRun(bench, api, clone);
        const measuring = { ...about, api, requests: await pageRequests(api) };
        return measureApart(bench, measuring, clone, worker);
      });
      const api = await open(startService('all', clone.databaseUrl));
      await firstRun(bench, api, clone);
      const measuring = { ...about, api, requests: await pageRequests(api) };
      return [...apart, ...(await measureTogether(bench, measuring, clone))];
    }),
};

/** A worker's first run reads everything, for seconds; the measured runs read only the changes. */
async function firstRun(bench: Bench, api: Service, clone: Clone): Promise<void> {
  bench.progress('a first run');
  await runOnce(api, clone);
}

async function measureApart(
  bench: Bench,
  measuring: Measuring,
  clone: Clone,
  worker: Service,
): Promise<Figure[]> {
  const { api, samples } = measuring;
  await warmUp(measuring);
  for (let round = 1; round <= bench.repeats; round++) {
    bench.progress(`round ${round} of ${bench.repeats}`);
    await steadyLoad(measuring, 'idle');
    await floorLoad(measuring, 'idle');
    await closedLoop(measuring);
    await duringRuns(bench, api, clone, async () => {
      await steadyLoad(measuring, 'during runs');
      await floorLoad(measuring, 'during runs');
    });
    await chartsBesidePages(measuring);
  }
  samples.add(API_MEMORY, api.peakMb());
  samples.add(WORKER_MEMORY, worker.peakMb());
  return [
    ...latencies(samples, 'idle', pageBounds('idle', 1.3)),
    samples.figure(`${BARE}, idle, p99`, 'ms', 'lower'),
    samples.figure(`${NUMBER}, idle, p99`, 'ms', 'lower'),
    samples.figure('pages, 10 connections', 'requests/s', 'higher'),
    ...latencies(samples, '10 connections'),
    ...latencies(samples, 'during runs', pageBounds('during runs', 1.5)),
    samples.figure(`${BARE}, during runs, p99`, 'ms', 'lower'),
    samples.figure(`${NUMBER}, during runs, p99`, 'ms', 'lower'),
    samples.figure(CHARTS, 's', 'lower'),
    samples.figure(API_MEMORY, 'MB', 'lower', { must: 400, aim: 256 }),
    samples.figure(WORKER_MEMORY, 'MB', 'lower', { must: 640, aim: 512 }),
  ];
}

/** The same during runs of the same command, `insightd all`. */
async function measureTogether(
  bench: Bench,
  measuring: Measuring,
  clone: Clone,
): Promise<Figure[]> {
  await warmUp(measuring);
  for (let round = 1; round <= bench.repeats; round++) {
    bench.progress(`all in one command, round ${round} of ${bench.repeats}`);
    await duringRuns(bench, measuring.api, clone, () =>
      steadyLoad(measuring, 'during runs of the same command'),
    );
  }
  return latencies(measuring.samples, 'during runs of the same command');
}

/** A page may take little more than the anchor at the same pace and in the same state. @param must how many times as long */
function pageBounds(when: string, must: number): Bounds {
  return { against: `${NUMBER}, ${when}, p99`, ratio: 'duration', must, aim: 1.15 };
}

function latencies(samples: Samples, when: string, bounds: Bounds = {}): Figure[] {
  return [
    samples.figure(`page of 10 rows, ${when}, p50`, 'ms', 'lower'),
    samples.figure(`page of 10 rows, ${when}, p99`, 'ms', 'lower', bounds),
  ];
}

function addLatencies(samples: Samples, when: string, latenciesMs: Float64Array): void {
  samples.add(`page of 10 rows, ${when}, p50`, percentile(latenciesMs, 0.5));
  samples.add(`page of 10 rows, ${when}, p99`, percentile(latenciesMs, 0.99));
}

/** Pages of both reports alternately, anywhere in their lists. */
async function pageRequests(api: Service): Promise<Buffer[]> {
  const random = randomFrom(1);
  const totals = await Promise.all(REPORTS.map((report) => totalOf(api, report)));
  return Array.from({ length: PAGES }, (_, index) => {
    const report = index % REPORTS.length;
    const page = Math.floor((random() * totals[report]!) / PAGE_SIZE);
    return rawGet(pagePath(REPORTS[report]!, page));
  });
}

const pagePath = (report: string, page: number) =>
  `/api/backend/v1/${report}?page_size=${PAGE_SIZE}&page_number=${page}`;

/** @throws Error when the report has no full page in the middle of its list */
async function totalOf(api: Service, report: string): Promise<number> {
  const { total_count: total } = await askJson<ReportPage>(api, pagePath(report, 0));
  const middle = await askJson<ReportPage>(
    api,
    pagePath(report, Math.floor(total / PAGE_SIZE / 2)),
  );
  const rows = 'user_reports' in middle ? middle.user_reports : middle.org_reports;
  if (rows.length !== PAGE_SIZE) throw new Error(`${report} has no page of ${PAGE_SIZE} rows.`);
  return total;
}

async function warmUp({ api, generator, requests }: Measuring): Promise<void> {
  const load = { port: portOf(api), requests, seconds: WARM_UP_SECONDS, again: true };
  await generator.ask({ ...load, ...CLOSED });
}

async function steadyLoad(measuring: Measuring, when: string): Promise<void> {
  const { api, generator, requests, samples } = measuring;
  const load = { port: portOf(api), requests, seconds: SECONDS, again: true, ...STEADY };
  addLatencies(samples, when, onlyAccepted(await generator.ask(load)).latenciesMs);
}

/** The anchors, one after the other. */
async function floorLoad({ generator, samples, floor }: Measuring, when: string): Promise<void> {
  const load = { seconds: SECONDS, again: true, ...STEADY };
  const p99 = async (port: number, request: Buffer) => {
    const loaded = await generator.ask({ ...load, port, requests: [request] });
    return percentile(onlyAccepted(loaded).latenciesMs, 0.99);
  };
  samples.add(`${BARE}, ${when}, p99`, await p99(floor.bare, rawEvents(Buffer.from('{}'))));
  samples.add(`${NUMBER}, ${when}, p99`, await p99(floor.number, rawGet('/number')));
}

async function closedLoop({ api, generator, requests, samples }: Measuring): Promise<void> {
  const load = { port: portOf(api), requests, seconds: SECONDS, again: true, ...CLOSED };
  const loaded = onlyAccepted(await generator.ask(load));
  samples.add('pages, 10 connections', rateOf(loaded));
  addLatencies(samples, '10 connections', loaded.latenciesMs);
}

/** Does `work` while runs are made one after the other. */
async function duringRuns(
  bench: Bench,
  api: Service,
  clone: Clone,
  work: () => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const begunAt = performance.now();
  const running = runUntil(api, clone, end.signal);
  running.catch(() => undefined);
  try {
    await work();
  } finally {
    end.abort();
  }
  const runs = await running;
  const seconds = (performance.now() - begunAt) / 1000;
  const busySeconds = runs.reduce((sum, one) => sum + one, 0);
  bench.progress(
    `${runs.length} runs meanwhile, ${busySeconds.toFixed(1)} s of ${seconds.toFixed(1)} s`,
  );
}

/** A year of each metric, by day and by week, one after the other, while pages are read. */
async function chartsBesidePages(measuring: Measuring): Promise<void> {
  const { api, generator, requests, samples } = measuring;
  const load = { port: portOf(api), requests, seconds: SECONDS, again: true, ...STEADY };
  const loading = generator.ask(load);
  loading.catch(() => undefined);
  await delay(200);
  const begunAt = performance.now();
  for (const path of chartPaths()) await askJson(api, path);
  samples.add(CHARTS, (performance.now() - begunAt) / 1000);
  onlyAccepted(await loading);
}

function chartPaths(): string[] {
  const range = `start_date=${formatDay(FIRST_DAY)}&end_date=${formatDay(LAST_DAY)}`;
  return Object.keys(CHART_TYPES).flatMap((metric) =>
    ['Daily', 'Weekly'].map(
      (cadence) => `/api/backend/v1/chart_metric/${metric}?cadence=${cadence}&${range}`,
    ),
  );
}
