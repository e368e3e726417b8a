import { DAY_MS, formatDay, parseDay, type Chart, type ChartMetric } from '#libs/contracts';
import { CHART_VALUES } from '../anchors/charts-sql.js';
import { openDuckDb, type DuckDb } from '../anchors/duckdb.js';
import { closing } from '../closing.js';
import { startService, type Service } from '../processes.js';
import { FIRST_DAY, LAST_DAY } from '../reference/reference-data.js';
import { askJson } from '../requests.js';
import type { Bench, Figure, Stage } from '../stage.js';

const METRICS: readonly ChartMetric[] = ['signups', 'orgs_created', 'active_users', 'active_orgs'];
const CADENCES = ['Daily', 'Weekly'] as const;
const CHARTS = CADENCES.flatMap((cadence) => METRICS.map((metric) => ({ metric, cadence })));

const ROWS = 'DuckDB on rows, the same 8 charts';

/** The charts of a year, one after the other over HTTP, beside DuckDB on rows. Each value is compared with DuckDB's. */
export const charts: Stage = {
  name: 'charts',
  run: (bench) =>
    closing(async (open) => {
      const duckDb = await open(openDuckDb(bench));
      const api = await open(startService('api', bench.databaseUrl));
      // Not measured: used for the comparison, and warms up both.
      await computeAll(duckDb);
      for (const one of CHARTS) await compare(await ask(api, one), one, duckDb);
      bench.progress('all charts agree');
      return measure(bench, api, duckDb);
    }),
};

interface Asked {
  metric: ChartMetric;
  cadence: (typeof CADENCES)[number];
}

async function measure(bench: Bench, api: Service, duckDb: DuckDb): Promise<Figure[]> {
  const [together, theirs]: [number[], number[]] = [[], []];
  const single = new Map(CHARTS.map((one) => [one, [] as number[]]));
  for (let round = 0; round < bench.repeats; round++) {
    let sum = 0;
    for (const one of CHARTS) {
      const startedAt = performance.now();
      await ask(api, one);
      const ms = performance.now() - startedAt;
      single.get(one)!.push(ms);
      sum += ms / 1000;
    }
    together.push(sum);
    theirs.push(await computeAll(duckDb));
  }
  return [
    {
      what: '8 user and org charts over a year',
      unit: 's',
      better: 'lower',
      samples: together,
      against: ROWS,
      must: 20,
      aim: 50,
    },
    { what: ROWS, unit: 's', better: 'lower', samples: theirs },
    ...[...single].map(([{ metric, cadence }, samples]): Figure => {
      return { what: `${metric}, ${cadence.toLowerCase()}`, unit: 'ms', better: 'lower', samples };
    }),
    memoryFigure(api),
  ];
}

function memoryFigure(api: Service): Figure {
  const what = 'memory of the api while asked for charts, at most';
  return { what, unit: 'MB', better: 'lower', samples: [api.peakMb()], must: 400, aim: 256 };
}

/** @returns seconds */
async function computeAll(duckDb: DuckDb): Promise<number> {
  const startedAt = performance.now();
  for (const sql of CHART_VALUES) await duckDb.run(sql);
  return (performance.now() - startedAt) / 1000;
}

function ask(api: Service, { metric, cadence }: Asked): Promise<Chart> {
  const range = `start_date=${formatDay(FIRST_DAY)}&end_date=${formatDay(LAST_DAY)}`;
  const path = `/api/backend/v1/chart_metrics/${metric}?cadence=${cadence}&${range}`;
  return askJson<Chart>(api, path);
}

async function compare(chart: Chart, { metric, cadence }: Asked, duckDb: DuckDb): Promise<void> {
  const [days, values] = (await duckDb.columns(
    `select day, value from chart_values where metric = '${metric}' and cadence = '${cadence}'`,
  )) as [number[], number[]];
  const theirs = new Map(days.map((day, place) => [day, values[place]!]));
  for (const { date, result } of chart.metrics) {
    const value = theirs.get(parseDay(date)! / DAY_MS) ?? 0;
    if (value === result) continue;
    throw new Error(`${metric} ${cadence}, ${date}: insightd shows ${result}, DuckDB ${value}.`);
  }
  const periods = cadence === 'Daily' ? 365 : 53;
  if (chart.metrics.length !== periods)
    throw new Error(`${metric} ${cadence}: ${chart.metrics.length} periods instead of ${periods}.`);
}
