import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ApiError, Calendar, DAY_MS, type ChartSubjects, type Subject } from '#libs/contracts';
import { Database } from '#libs/database';
import {
  StoreChanged,
  currentWitnesses,
  expectPresent,
  forEachKey,
  type Witnesses,
} from '#libs/facts';
import { BYTE_ORDER_MARK, Logger, describeError } from '#libs/platform';
import { dayOf } from '../chart-request.js';
import { periodOf, type Period } from '../periods.js';
import { ActivityReadings, type Population } from './activity-readings.service.js';
import { bytesOf } from './block-rows.js';
import { csvHead, csvLines } from './chart-subjects-csv.js';
import { chartRows, listedAmong } from './chart-subjects.query.js';
import { inAnyCohort, readCohorts } from './cohorts.js';
import {
  requestedCell,
  type LifecycleSubjectsQuery,
  type RetentionSubjectsQuery,
} from './engagement-request.js';
import { lifecyclePart } from './lifecycle.js';
import { cohortPart } from './retention.js';
import { RowPlan } from './row-plan.js';

/** Rows per read of a CSV, about 200 KB of text. */
const ROWS_AT_ONCE = 1_000;

/** The users or orgs behind a number of a chart. */
export interface SubjectList {
  subject: Subject;
  /** The period of the number; of a whole cohort, its own. */
  period: Period;
  /** The number in the chart. */
  total: number;
  /** The keys with a row, in the order of their ids. */
  keys: Int32Array;
  /** While the store contains them, the keys mean the same users and orgs. */
  witnesses: Witnesses;
}

/** Lists the users or orgs behind a number of the charts `lifecycle` and `retention`. */
@Injectable()
export class ChartSubjectsService {
  constructor(
    private readonly database: Database,
    private readonly readings: ActivityReadings,
    private readonly calendar: Calendar,
    private readonly logger: Logger,
  ) {}

  /** @throws ApiError like `ActivityReadings.read` */
  lifecycle(query: LifecycleSubjectsQuery): Promise<SubjectList> {
    const { cadence, part } = query;
    const period = periodOf(cadence, dayOf(query.period, this.calendar), this.calendar);
    const before = periodOf(cadence, period.from - DAY_MS, this.calendar);
    const plan = new RowPlan([before, period], true);
    return this.list(query, period, async (reader) => {
      const found: number[] = [];
      for await (const { block, rows } of reader.blocks(plan))
        forEachKey(block, bytesOf(lifecyclePart(rows, part)), (key) => found.push(key));
      return found;
    });
  }

  /**
   * @param today first millisecond of the same date in UTC
   * @throws ApiError `invalid` when the chart has no such cell, and like `ActivityReadings.read`
   */
  retention(query: RetentionSubjectsQuery, today: number): Promise<SubjectList> {
    const { cohort, period, state } = requestedCell(query, today, this.calendar);
    const { subject } = query;
    return this.list(query, period, async (reader, db) => {
      const cohorts = await readCohorts(db, reader, subject, [cohort], this.calendar);
      const found: number[] = [];
      for await (const { block, rows } of reader.blocks(new RowPlan([period])))
        forEachKey(
          block,
          bytesOf(cohortPart(inAnyCohort(cohorts, block), rows.words, state)),
          (key) => found.push(key),
        );
      return found;
    });
  }

  /** A page of a list. @throws ApiError `unavailable` when the store was replaced since the list was made */
  async page(list: SubjectList, pageNumber: number, pageSize: number): Promise<ChartSubjects> {
    const { total, keys } = list;
    const [from, before] = [pageNumber * pageSize, (pageNumber + 1) * pageSize];
    return {
      rows: await this.rows(list, from, before).catch(retryIfChanged),
      current_page: pageNumber,
      page_size: pageSize,
      total_count: total,
      listed_count: keys.length,
      has_more_results: before < keys.length,
    };
  }

  /**
   * A list as CSV, some rows at a time, as fast as the client reads. Fails when the store was replaced in the meantime, so
   * that the client notices the incomplete file.
   */
  file(list: SubjectList): Readable {
    return Readable.from(this.lines(list), { objectMode: false });
  }

  private async *lines(list: SubjectList): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvHead(list.subject);
    try {
      for (let from = 0; from < list.keys.length; from += ROWS_AT_ONCE) {
        const lines = csvLines(await this.rows(list, from, from + ROWS_AT_ONCE));
        if (lines !== '') yield lines;
      }
    } catch (error) {
      this.logger.warn('a CSV ended early', describeError(error));
      throw error;
    }
  }

  /** @throws StoreChanged */
  private async rows(
    { subject, keys, witnesses }: SubjectList,
    from: number,
    before: number,
  ): Promise<ChartSubjects['rows']> {
    const { pool } = this.database;
    const rows = await chartRows(pool, subject, [...keys.subarray(from, before)]);
    await expectPresent(pool, witnesses);
    return rows;
  }

  private list(
    population: Population,
    period: Period,
    find: (...reading: Parameters<Parameters<ActivityReadings['read']>[1]>) => Promise<number[]>,
  ): Promise<SubjectList> {
    const { subject } = population;
    return this.readings.read(population, async (reader, db) => {
      const witnesses = await currentWitnesses(db);
      const found = await find(reader, db);
      const keys = await listedAmong(db, subject, found);
      return { subject, period, total: found.length, keys, witnesses };
    });
  }
}

function retryIfChanged(error: unknown): never {
  if (!(error instanceof StoreChanged)) throw error;
  const message = 'The store changed during the request. Try again.';
  throw new ApiError('unavailable', message, { retryAfterSeconds: 1, cause: error });
}
