import { Injectable } from '@nestjs/common';
import {
  Calendar,
  type ChangedOrgRow,
  type ChangedUserRow,
  type Ranking,
  type ReportChanges,
  type OrgReportRow,
  type SegmentRequest,
} from '#libs/contracts';
import { Database } from '#libs/database';
import { SegmentsService } from '#libs/segments';
import type { UserRow } from './rows.js';
import { unlessMissing, retryIfPruned } from './retry-if-pruned.js';
import {
  COMPARED_DAYS,
  keptRun,
  previousRun,
  runBefore,
  type ComparedDay,
  type KeptRun,
} from './kept-runs.query.js';
import { rowsAt } from './listed-rows.js';
import { PositionsByKeys } from './positions-by-keys.js';
import { Lists } from './lists.service.js';
import {
  select,
  type Compared,
  type RowFilter,
  type Selection,
  type ReportPosition,
} from './selection.js';

/** Selects the rows of a report and the run to compare it with. */
export interface ListRequest extends Omit<RowFilter, 'narrow'>, SegmentRequest {
  /** The run to show; by default the latest. */
  runId?: string;
  /** The run to compare it with: a run id or one of `COMPARED_DAYS`; by default the previous kept run. */
  compareTo?: string;
}

export interface ChangesRequest extends ListRequest {
  pageNumber: number;
  pageSize: number;
}

/** A row of a report with its positions in the two runs. */
export type RankedRow = ReportPosition & (UserRow | OrgReportRow);

/**
 * Pages of a ranking with the changes since an earlier run. Whole lists stay packed; names are read only
 * for the rows of the page.
 */
@Injectable()
export class ChangesService {
  private readonly positionsByKeys = new PositionsByKeys();

  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
    private readonly segments: SegmentsService,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when a named run is not kept or lacks this ranking, and the errors of segments */
  page(ranking: Ranking, request: ChangesRequest): Promise<ReportChanges> {
    return retryIfPruned(() => this.attempt(ranking, request));
  }

  /**
   * The rows that a request selects; undefined before the first report of this ranking.
   * @throws ApiError `not_found` when a named run is not kept or lacks this ranking, and the errors of segments
   */
  selection(ranking: Ranking, request: ListRequest): Promise<Selection | undefined> {
    return retryIfPruned(async () => (await this.select(ranking, request)).selection);
  }

  /**
   * Some rows of a selection, without users and orgs deleted since.
   * @param first counts from 0
   * @throws SnapshotPruned when the run was pruned in the meantime
   */
  async rows(
    ranking: Ranking,
    { run, list, total, positionAt, ranksAt }: Selection,
    first: number,
    most: number,
  ): Promise<RankedRow[]> {
    const length = Math.max(0, Math.min(most, total - first));
    const positions = Array.from({ length }, (_, index) => positionAt(first + index));
    const rows = await rowsAt(this.database.pool, run, ranking, list, positions);
    return rows.flatMap((row, index) => (row ? [{ ...ranksAt(positions[index]!), ...row }] : []));
  }

  private async attempt(ranking: Ranking, request: ChangesRequest): Promise<ReportChanges> {
    const { pageNumber: page_number, pageSize: page_size } = request;
    const { compared, selection } = await this.select(ranking, request);
    const previous = compared?.previous?.run;
    const rows = selection
      ? await this.rows(ranking, selection, page_number * page_size, page_size)
      : [];
    const page = {
      ...ranking,
      run_id: compared?.run.runId ?? null,
      report_time: compared?.run.reportTime ?? 0,
      previous: previous ? { run_id: previous.runId, report_time: previous.reportTime } : null,
      counts: selection?.counts ?? null,
      total_count: selection?.total ?? 0,
      page_number,
      page_size,
      // All rows have the subject of the ranking.
      rows: rows as ChangedUserRow[] | ChangedOrgRow[],
    };
    return page as ReportChanges;
  }

  private async select(ranking: Ranking, request: ListRequest) {
    const compared = await this.compared(ranking, request);
    // After the lists, so that a reply with a new run contains nothing older.
    const keys = await this.segments.matchingOf(ranking.subject, request);
    const narrow: RowFilter['narrow'] =
      keys && ((list, positions) => this.positionsByKeys.of(list, keys, positions));
    return { compared, selection: compared && select(compared, { ...request, narrow }) };
  }

  private async compared(
    ranking: Ranking,
    { runId, compareTo }: ListRequest,
  ): Promise<Compared | undefined> {
    const run = await keptRun(this.database.pool, runId);
    if (!run) return undefined;
    const listOf = (one: KeptRun, isNamed: boolean) =>
      isNamed ? this.lists.of(one, ranking) : unlessMissing(this.lists.of(one, ranking));
    const list = await listOf(run, runId !== undefined);
    if (!list) return undefined;
    const before = await this.previousOf(run, compareTo);
    const isNamed = compareTo !== undefined && !isComparedDay(compareTo);
    const listBefore = before && (await listOf(before, isNamed));
    if (!listBefore) return { run, list };
    const comparison = await this.lists.compared(run, before, ranking);
    return { run, list, previous: { run: before, list: listBefore, comparison } };
  }

  private previousOf(run: KeptRun, compareTo: string | undefined): Promise<KeptRun | undefined> {
    const { pool } = this.database;
    if (compareTo === undefined) return previousRun(pool, run);
    return isComparedDay(compareTo)
      ? runBefore(pool, this.calendar, run, compareTo)
      : keptRun(pool, compareTo);
  }
}

function isComparedDay(name: string): name is ComparedDay {
  return Object.hasOwn(COMPARED_DAYS, name);
}
