import { setInterval, setTimeout as delay } from 'node:timers/promises';
import { CHART_TYPES, formatDay, type ReportPage } from '#libs/contracts';
import { startChild, type Child } from '../child.js';
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
import type { Bench, Figure, Stage } from '../stage.js';

const PAGE_SIZE = 10;
const PAGES = 4_000;
const REPORTS = ['user_report/champion', 'org_report/growth'];

/**
 * All that one key may read in a second. Far below what an api can do, so that a page waits for nothing
 * but what is measured.
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
}

const BARE = 'bare Fastify at the same pace, p99';
const BARE_ROW = 'one number out of PostgreSQL at the same pace, p99';
const CHARTS = '8 charts of a year over HTTP, beside pages';
const API_MEMORY = 'api answering pages, peak memory';
const WORKER_MEMORY = 'worker in runs beside pages, peak memory';

/** Pages of 10 rows at any depth: of an api that has nothing else to do, and beside report runs. */
export const pages: Stage = {
  name: 'pages',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'pages'));
      const generator = await open(startGenerator());
      const samples = new Samples();
      const apart = await closing(async (openApart) => {
        const worker = await openApart(startService('worker', clone.databaseUrl));
        const api = await openApart(startService('api', clone.databaseUrl));
        bench.progress('a first run');
        await runOnce(api, clone);
        const measuring = { api, generator, samples, requests: await pageRequests(api) };
        const bare = await openApart(
          startChild<'port', number>(new URL('../anchors/fastify.js', import.meta.url)),
        );
        return measureApart(bench, measuring, { clone, worker, bare });
      });
      const api = await open(startService('all', clone.databaseUrl));
      const measuring = { api, generator, samples, requests: await pageRequests(api) };
      return [...apart, ...(await measureTogether(bench, measuring, clone))];
    }),
};

interface Beside {
  clone: Clone;
  worker: Service;
  bare: Child<'port', number>;
}

async function measureApart(
  bench: Bench,
  measuring: Measuring,
  { clone, worker, bare }: Beside,
): Promise<Figure[]> {
  const { api, samples } = measuring;
  await warmUp(measuring);
  for (let round = 1; round <= bench.repeats; round++) {
    bench.progress(`round ${round} of ${bench.repeats}`);
    await steadyLoad(measuring, 'idle');
    await bareLoad(measuring, await bare.ask('port'));
    await rowLoad(measuring, clone);
    await closedLoop(measuring);
    await duringRuns(measuring, clone, 'during runs', bench);
    await chartsBesidePages(measuring);
  }
  samples.add(API_MEMORY, api.peakMb());
  samples.add(WORKER_MEMORY, worker.peakMb());
  return [
    ...latencies(samples, 'idle', { must: 5, aim: 2.5 }),
    samples.figure(BARE, 'ms', 'lower'),
    samples.figure(BARE_ROW, 'ms', 'lower'),
    samples.figure('pages, 10 connections', 'requests/s', 'higher'),
    ...latencies(samples, '10 connections'),
    ...latencies(samples, 'during runs', { must: 10, aim: 5 }),
    samples.figure(CHARTS, 's', 'lower'),
    samples.figure(API_MEMORY, 'MB', 'lower', { must: 512, aim: 256 }),
    samples.figure(WORKER_MEMORY, 'MB', 'lower', { must: 1024, aim: 512 }),
  ];
}

/** The same beside runs of the same command, `insightd all`. */
async function measureTogether(
  bench: Bench,
  measuring: Measuring,
  clone: Clone,
): Promise<Figure[]> {
  await warmUp(measuring);
  for (let round = 1; round <= bench.repeats; round++) {
    bench.progress(`all in one command, round ${round} of ${bench.repeats}`);
    await duringRuns(measuring, clone, 'during runs of the same command', bench);
  }
  return latencies(measuring.samples, 'during runs of the same command', { must: 10, aim: 5 });
}

function latencies(
  samples: Samples,
  when: string,
  bounds?: { must: number; aim: number },
): Figure[] {
  return [
    samples.figure(`page of 10 rows, ${when}, p50`, 'ms', 'lower'),
    samples.figure(`page of 10 rows, ${when}, p99`, 'ms', 'lower', bounds),
  ];
}

function addLatencies(samples: Samples, when: string, latenciesMs: Float64Array): void {
  samples.add(`page of 10 rows, ${when}, p50`, percentile(latenciesMs, 0.5));
  samples.add(`page of 10 rows, ${when}, p99`, percentile(latenciesMs, 0.99));
}

/** Pages of both reports in turn, anywhere in their lists. */
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

/** What of a latency is the machine's, the generator's and HTTP's. */
async function bareLoad({ generator, samples }: Measuring, port: number): Promise<void> {
  const requests = [rawEvents(Buffer.from('{}'))];
  const loaded = await generator.ask({ port, requests, seconds: SECONDS, again: true, ...STEADY });
  samples.add(BARE, percentile(onlyAccepted(loaded).latenciesMs, 0.99));
}

/** What of a latency is PostgreSQL's and its connection's, whatever is asked. */
async function rowLoad({ samples }: Measuring, clone: Clone): Promise<void> {
  const latenciesMs: number[] = [];
  const asked: Promise<void>[] = [];
  const ask = async () => {
    const begunAt = performance.now();
    await clone.query('select $1::int as number', [asked.length]);
    latenciesMs.push(performance.now() - begunAt);
  };
  for await (const _ of setInterval(1_000 / STEADY.perSecond)) {
    asked.push(ask());
    if (asked.length === SECONDS * STEADY.perSecond) break;
  }
  await Promise.all(asked);
  samples.add(BARE_ROW, percentile(Float64Array.from(latenciesMs), 0.99));
}

async function closedLoop({ api, generator, requests, samples }: Measuring): Promise<void> {
  const load = { port: portOf(api), requests, seconds: SECONDS, again: true, ...CLOSED };
  const loaded = onlyAccepted(await generator.ask(load));
  samples.add('pages, 10 connections', rateOf(loaded));
  addLatencies(samples, '10 connections', loaded.latenciesMs);
}

/** The steady load while one run follows the other. */
async function duringRuns(
  measuring: Measuring,
  clone: Clone,
  when: string,
  bench: Bench,
): Promise<void> {
  const end = new AbortController();
  const running = runUntil(measuring.api, clone, end.signal);
  running.catch(() => undefined);
  try {
    await steadyLoad(measuring, when);
  } finally {
    end.abort();
  }
  const runs = await running;
  const busySeconds = runs.reduce((sum, seconds) => sum + seconds, 0);
  bench.progress(`${runs.length} runs meanwhile, ${busySeconds.toFixed(1)} s of ${SECONDS} s`);
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
