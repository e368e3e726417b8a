import { Injectable } from '@nestjs/common';
import {
  Calendar,
  DAY_MS,
  LAST_COHORT_CELL,
  formatDay,
  type Cadence,
  type FrequencyChart,
  type LifecycleChart,
  type RetentionChart,
  type RollingChart,
  type StickinessChart,
} from '#libs/contracts';
import { periodOf, type Period } from '../periods.js';
import { ActivityReadings, type Population } from './activity-readings.service.js';
import { cohortsOfBlock, readCohorts } from './cohorts.js';
import { FREQUENCY_DAYS, Frequency } from './frequency.js';
import { Lifecycle } from './lifecycle.js';
import { Retention } from './retention.js';
import { Rolling } from './rolling.js';
import { RowPlan, daysBetween } from './row-plan.js';

const MONTHLY = 30;

/** Computes the engagement charts. Days are the first millisecond of the same date in UTC. */
@Injectable()
export class EngagementService {
  constructor(
    private readonly readings: ActivityReadings,
    private readonly calendar: Calendar,
  ) {}

  /**
   * @param days the days of the chart
   * @param window the number of days up to each of them
   * @throws ApiError like `ActivityReadings.read`, as all charts do
   */
  async rolling(
    population: Population,
    days: readonly Period[],
    window: number,
  ): Promise<RollingChart> {
    const { values } = await this.readings.read(population, async (reader) => {
      const chart = new Rolling(window, days.length);
      for await (const { rows, isEmpty } of reader.blocks(upTo(days, window)))
        if (!isEmpty) chart.add(rows);
      return chart;
    });
    return {
      metrics: days.map(({ from }, index) => ({ date: formatDay(from), value: values[index]! })),
    };
  }

  async stickiness(population: Population, days: readonly Period[]): Promise<StickinessChart> {
    const [daily, monthly] = await this.readings.read(population, async (reader) => {
      const charts = [new Rolling(1, days.length), new Rolling(MONTHLY, days.length)] as const;
      for await (const { rows, isEmpty } of reader.blocks(upTo(days, MONTHLY)))
        if (!isEmpty) for (const chart of charts) chart.add(rows);
      return charts;
    });
    const metrics = days.map(({ from }, index) => {
      const [one, thirty] = [daily.values[index]!, monthly.values[index]!];
      const ratio = thirty === 0 ? null : one / thirty;
      return { date: formatDay(from), daily: one, monthly: thirty, ratio };
    });
    return { metrics };
  }

  async frequency(population: Population, today: number): Promise<FrequencyChart> {
    const plan = new RowPlan(daysBetween(today - (FREQUENCY_DAYS - 1) * DAY_MS, today));
    const { values } = await this.readings.read(population, async (reader) => {
      const chart = new Frequency();
      for await (const { rows, isEmpty } of reader.blocks(plan)) if (!isEmpty) chart.add(rows);
      return chart;
    });
    return { days: values };
  }

  async lifecycle(
    population: Population,
    cadence: Cadence,
    periods: readonly Period[],
    today: number,
  ): Promise<LifecycleChart> {
    const before = periodOf(cadence, periods[0]!.from - DAY_MS, this.calendar);
    const plan = new RowPlan([before, ...periods], true);
    const { counts } = await this.readings.read(population, async (reader) => {
      const chart = new Lifecycle(periods.length);
      for await (const { rows, isEmpty } of reader.blocks(plan)) if (!isEmpty) chart.add(rows);
      return chart;
    });
    const metrics = periods.map((period, index) => ({
      date: formatDay(period.from),
      ...counts[index]!,
      cadence_completed: period.before <= today,
    }));
    return { metrics };
  }

  async retention(
    population: Population,
    cadence: Cadence,
    cohorts: readonly Period[],
    today: number,
  ): Promise<RetentionChart> {
    const cells = this.cellPeriods(cadence, cohorts, today);
    const { subject } = population;
    const chart = await this.readings.read(population, async (reader, db) => {
      const cohortOf = await readCohorts(db, reader, subject, cohorts, this.calendar);
      const retention = new Retention(cohorts.length, cells.length);
      // Cohorts after today have sizes only.
      const plan = new RowPlan(cells.length > 0 ? cells : cohorts);
      for await (const { block, rows } of reader.blocks(plan))
        retention.add(rows, cohortsOfBlock(cohortOf, block));
      return retention;
    });
    return {
      cohorts: cohorts.map(({ from }, cohort) => ({
        date: formatDay(from),
        size: chart.sizes[cohort]!,
        cells: chart.activeOf(cohort).map((active, cell) => {
          const period = cells[cohort + cell]!;
          return { period: formatDay(period.from), active, complete: period.before <= today };
        }),
      })),
    };
  }

  /** The periods from the first cohort to the last cell of the last cohort, none after today's. */
  private cellPeriods(cadence: Cadence, cohorts: readonly Period[], today: number): Period[] {
    const periods: Period[] = [];
    for (let next = cohorts[0]!; next.from <= today;) {
      if (periods.length === cohorts.length + LAST_COHORT_CELL) break;
      periods.push(next);
      next = periodOf(cadence, next.before, this.calendar);
    }
    return periods;
  }
}

/** A row for each day that a rolling chart looks at. */
function upTo(days: readonly Period[], window: number): RowPlan {
  const first = days[0]!.from - (window - 1) * DAY_MS;
  return new RowPlan(daysBetween(first, days.at(-1)!.from));
}
