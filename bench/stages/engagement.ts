import {
  DAY_MS,
  formatDay,
  parseDay,
  type LifecycleChart,
  type RetentionChart,
  type RollingChart,
} from '#libs/contracts';
import { openDuckDb, type DuckDb } from '../anchors/duckdb.js';
import { ORG_DAYS, engagementSql } from '../anchors/engagement-sql.js';
import { closing } from '../closing.js';
import { startService, type Service } from '../processes.js';
import { FIRST_DAY, LAST_DAY } from '../reference/reference-data.js';
import { askJson } from '../requests.js';
import type { Bench, Figure, Stage } from '../stage.js';

const NAMES = {
  rolling: 'active within 30 days, daily',
  lifecycle: 'lifecycle, weekly',
  retention: 'retention, weekly',
} as const;
type Name = keyof typeof NAMES;

interface Asked {
  chart: Name;
  subject: 'user' | 'org';
}
const CHARTS = (['user', 'org'] as const).flatMap((subject) =>
  (Object.keys(NAMES) as Name[]).map((chart): Asked => ({ chart, subject })),
);
/** How many times faster than DuckDB a chart must be. */
const MUST = 5;

/** The engagement charts of a year over HTTP, each compared with DuckDB on rows and measured beside it. */
export const engagement: Stage = {
  name: 'engagement',
  run: (bench) =>
    closing(async (open) => {
      const duckDb = await open(openDuckDb(bench));
      await duckDb.run(ORG_DAYS);
      const api = await open(startService('api', bench.databaseUrl));
      for (const one of CHARTS) await compare(api, duckDb, one);
      bench.progress('all engagement charts agree');
      const figures: Figure[] = [];
      for (const one of CHARTS) figures.push(...(await measure(bench, api, duckDb, one)));
      const what = 'memory of the api while asked for engagement charts, at most';
      figures.push({ what, unit: 'MB', better: 'lower', samples: [api.peakMb()], must: 512 });
      return figures;
    }),
};

async function measure(
  bench: Bench,
  api: Service,
  duckDb: DuckDb,
  asked: Asked,
): Promise<Figure[]> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < bench.repeats; round++) {
    ours.push(await milliseconds(() => ask(api, asked)));
    theirs.push(
      await milliseconds(() => duckDb.columns(engagementSql(asked.chart, asked.subject))),
    );
  }
  const what = `${asked.subject}s: ${NAMES[asked.chart]}, a year`;
  const anchor = `${what}, DuckDB on rows`;
  const figure = { unit: 'ms', better: 'lower' } as const;
  return [
    { what, ...figure, samples: ours, against: anchor, must: MUST },
    { what: anchor, ...figure, samples: theirs },
  ];
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function ask<T>(api: Service, { chart, subject }: Asked): Promise<T> {
  const range = `start_date=${formatDay(FIRST_DAY)}&end_date=${formatDay(LAST_DAY)}`;
  const form = chart === 'rolling' ? 'days=30' : 'cadence=Weekly';
  return askJson<T>(api, `/api/insights/v1/charts/${chart}?subject=${subject}&${form}&${range}`);
}

/** The numbers of a chart that are not zero, by day and place in the row. */
type Numbers = Map<string, number>;

async function compare(api: Service, duckDb: DuckDb, asked: Asked): Promise<void> {
  const ours = await shown(api, asked);
  const columns = await duckDb.columns(engagementSql(asked.chart, asked.subject));
  const theirs = inColumns(asked.chart, columns as number[][]);
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (name) => (ours.get(name) ?? 0) !== (theirs.get(name) ?? 0),
  );
  const [name] = differing;
  if (name === undefined && ours.size > 0) return;
  const values = name && `${name}: insightd shows ${ours.get(name)}, DuckDB ${theirs.get(name)}`;
  throw new Error(`${asked.subject} ${asked.chart}: ${values ?? 'no numbers'}.`);
}

async function shown(api: Service, asked: Asked): Promise<Numbers> {
  const day = (date: string) => parseDay(date)! / DAY_MS;
  switch (asked.chart) {
    case 'rolling': {
      const { metrics } = await ask<RollingChart>(api, asked);
      return new Map(metrics.map(({ date, value }) => [`${day(date)}/0`, value]));
    }
    case 'lifecycle': {
      const { metrics } = await ask<LifecycleChart>(api, asked);
      return numbersOf(
        metrics.map((row) => [
          ...[day(row.date), row.active, row.new],
          ...[row.returning, row.dormant],
        ]),
      );
    }
    case 'retention': {
      const { cohorts } = await ask<RetentionChart>(api, asked);
      return numbersOf(
        cohorts.map(({ date, cells }) => [day(date), ...cells.map((cell) => cell.active)]),
      );
    }
  }
}

/** @param rows each a day and its numbers */
function numbersOf(rows: readonly number[][]): Numbers {
  return new Map(
    rows.flatMap(([day, ...numbers]) =>
      numbers.map((number, place) => [`${day}/${place}`, number] as const),
    ),
  );
}

function inColumns(chart: Name, [days, ...columns]: number[][]): Numbers {
  if (chart === 'retention') {
    const [cells, active] = columns as [number[], number[]];
    return new Map(days!.map((day, row) => [`${day}/${cells[row]}`, active[row]!]));
  }
  return numbersOf(days!.map((day, row) => [day, ...columns.map((column) => column[row]!)]));
}
