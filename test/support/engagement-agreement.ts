import { expect } from '@jest/globals';
import type { Api, Subject } from './api.js';
import type { Cadence, Model, Where } from './model/model.js';
import { dayFromText, dayText } from './model/time.js';
import { segmentQuery, type Segment } from './segmented.js';

const CADENCES: Cadence[] = ['Daily', 'Weekly', 'Monthly'];
const PARTS = ['active', 'new', 'returning', 'resurrected', 'dormant'] as const;
const PAGE = 7;

/** The subjects of charts, and the days that they cover, `YYYY-MM-DD`. */
export interface Population {
  subject: Subject;
  segment: Segment;
  where: Where;
}

interface Range {
  start: string;
  end: string;
  today: string;
}

interface Lifecycle {
  date: string;
  active: number;
  new: number;
  returning: number;
  resurrected: number;
  dormant: number;
}
interface Retention {
  cohorts: { date: string; size: number; cells: { period: string; active: number }[] }[];
}
interface List {
  rows: Record<string, unknown>[];
  total_count: number;
  listed_count: number;
  has_more_results: boolean;
}

/** Reads the engagement charts of a population. */
class Charts {
  constructor(
    private readonly api: Api,
    private readonly population: Population,
  ) {}

  async read<T>(chart: string, parameters: Record<string, string> = {}): Promise<T> {
    const { subject, segment } = this.population;
    const query = new URLSearchParams({ subject, ...parameters, ...segmentQuery(segment) });
    const path = `/api/insights/v1/charts/${chart}?${query.toString()}`;
    const { status, body } = await this.api.get<T>(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async list(chart: string, parameters: Record<string, string>): Promise<List> {
    const rows: List['rows'] = [];
    for (let page = 0; ; page++) {
      const pages = { page_size: String(PAGE), page_number: String(page) };
      const reply = await this.read<List>(`${chart}/subjects`, { ...parameters, ...pages });
      rows.push(...reply.rows);
      if (!reply.has_more_results) return { ...reply, rows };
    }
  }
}

/** Expects all engagement charts of a population, and the lists behind them, to equal the model. */
export async function expectTheModelsEngagement(
  api: Api,
  model: Model,
  population: Population,
  range: Range,
): Promise<void> {
  const { subject, where } = population;
  const matches = model.matches(subject, where, Date.now() / 1000);
  const expected = model.engagement(subject, matches);
  const charts = new Charts(api, population);
  const days = { start_date: range.start, end_date: range.end };
  for (const n of [1, 7, 30]) {
    const rolling = await charts.read('rolling', { ...days, days: String(n) });
    expect([n, rolling]).toEqual([n, { metrics: expected.rolling(n, range) }]);
  }
  const stickiness = await charts.read('stickiness', days);
  expect(stickiness).toEqual({ metrics: expected.stickiness(range) });
  await expectFrequency(charts, expected.frequency(range.today), range.today);
  for (const cadence of CADENCES) {
    const { metrics } = await charts.read<{ metrics: Lifecycle[] }>('lifecycle', {
      ...days,
      cadence,
    });
    expect(metrics).toEqual(expected.lifecycle(cadence, range));
    expectIdentities(metrics);
    const retention = await charts.read<Retention>('retention', { ...days, cadence });
    expect(retention.cohorts).toEqual(expected.retention(cadence, range));
    await expectTheLifecyclesLists(charts, model, population, cadence, metrics);
    await expectTheRetentionsLists(charts, model, population, cadence, retention);
  }
}

async function expectFrequency(charts: Charts, expected: number[], today: string): Promise<void> {
  const { days } = await charts.read<{ days: number[] }>('frequency');
  expect(days).toEqual(expected);
  const { metrics } = await charts.read<{ metrics: { value: number }[] }>('rolling', {
    start_date: today,
    end_date: today,
  });
  expect(days.reduce((sum, count) => sum + count, 0)).toBe(metrics[0]!.value);
}

/** "|A_p| = returning + new + resurrected, and |A_p| − |A_{p−1}| = new + resurrected − dormant" */
function expectIdentities(metrics: readonly Lifecycle[]): void {
  for (const [index, period] of metrics.entries()) {
    expect(period.active).toBe(period.returning + period.new + period.resurrected);
    const before = metrics[index - 1];
    if (!before) continue;
    const growth = period.new + period.resurrected - period.dormant;
    expect(period.active - before.active).toBe(growth);
  }
}

/** Expects the lists of the period with the most different parts. */
async function expectTheLifecyclesLists(
  charts: Charts,
  model: Model,
  population: Population,
  cadence: Cadence,
  metrics: readonly Lifecycle[],
): Promise<void> {
  const parts = (one: Lifecycle) => PARTS.filter((part) => one[part] > 0).length;
  const period = metrics.reduce((one, other) => (parts(other) > parts(one) ? other : one));
  const matches = model.matches(population.subject, population.where, Date.now() / 1000);
  const members = model
    .engagement(population.subject, matches)
    .lifecycleMembers(cadence, dayFromText(period.date));
  for (const part of PARTS) {
    const list = await charts.list('lifecycle', { cadence, period: period.date, part });
    expectTheList(list, model, population.subject, members[part], period[part]);
  }
}

/** Expects the lists of the cell with the most active members, and of its whole cohort. */
async function expectTheRetentionsLists(
  charts: Charts,
  model: Model,
  population: Population,
  cadence: Cadence,
  { cohorts }: Retention,
): Promise<void> {
  const all = cohorts.flatMap((cohort) => cohort.cells.slice(1).map((cell) => ({ cohort, cell })));
  if (all.length === 0) return;
  const { cohort, cell } = all.reduce((one, other) =>
    other.cell.active > one.cell.active ? other : one,
  );
  for (const row of cohorts)
    for (const { active } of row.cells) expect(active).toBeLessThanOrEqual(row.size);
  const { subject, where } = population;
  const matches = model.matches(subject, where, Date.now() / 1000);
  const members = model
    .engagement(subject, matches)
    .cohortMembers(cadence, dayFromText(cohort.date), dayFromText(cell.period));
  const asked = { cadence, cohort: cohort.date };
  const whole = await charts.list('retention', asked);
  expectTheList(whole, model, subject, members.cohort, cohort.size);
  for (const state of ['active', 'inactive'] as const) {
    const list = await charts.list('retention', { ...asked, period: cell.period, state });
    const number = state === 'active' ? cell.active : cohort.size - cell.active;
    expectTheList(list, model, subject, members[state], number);
  }
}

function expectTheList(
  list: List,
  model: Model,
  subject: Subject,
  members: readonly string[],
  number: number,
): void {
  const rows = model.chartRows(subject, members);
  expect(list).toMatchObject({ total_count: number, listed_count: rows.length });
  expect([members.length, list.rows]).toEqual([number, rows]);
}

/** The day some days after another one. */
export function dayAfter(day: string, days: number): string {
  return dayText(dayFromText(day) + days);
}
