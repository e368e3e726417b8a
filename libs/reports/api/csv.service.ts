import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ApiError, Calendar, PROFILE_FIELDS, formatDay, type Ranking } from '#libs/contracts';
import { Database } from '#libs/database';
import { BYTE_ORDER_MARK, Logger, describeError } from '#libs/platform';
import { ChangesService, type ListRequest, type RankedRow } from './changes.service.js';
import { csvHead, csvLine } from './csv.js';
import { lacksRanking } from '../snapshots/missing.query.js';
import { RankingMissing, SnapshotPruned } from './retry-if-pruned.js';
import { keptRun, type KeptRun } from './kept-runs.query.js';
import { rowsAt } from './listed-rows.js';
import { readListSlice } from './list-slice.query.js';

/** Rows per read, about 300 KB of text. */
const ROWS_AT_ONCE = 1_000;

/** The snapshot of a file; set by the first read. */
interface Snapshot {
  reportId?: string;
}

/** A ranking as a CSV stream. */
export interface CsvFile {
  name: string;
  content: Readable;
}

/** The rows and columns to write. */
export interface CsvRequest extends ListRequest {
  /** Adds the columns of changes since another run. */
  compares: boolean;
  /** Only rows whose names, addresses or organizations contain this text, ignoring case. */
  search?: string;
}

/** Reads up to `ROWS_AT_ONCE` rows from position `first` on; undefined beyond the end of the list. */
type ReadRows = (first: number) => Promise<RankedRow[] | undefined>;

/**
 * Writes rankings as CSV, some rows at a time, as fast as the client reads. Between reads it uses no
 * connection and keeps at most two portions in memory, however long the list and slow the client.
 */
@Injectable()
export class CsvService {
  constructor(
    private readonly database: Database,
    private readonly changes: ChangesService,
    private readonly logger: Logger,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when there is no run yet, or the run is not kept or lacks this ranking */
  async file(ranking: Ranking, request: CsvRequest): Promise<CsvFile> {
    const run = await keptRun(this.database.pool, request.runId);
    if (!run) throw noRunYet();
    const { subject, report, interval } = ranking;
    const day = formatDay(this.calendar.dayOf(run.reportTime * 1000));
    const only = request.change === 'all' ? [] : [request.change];
    const read = await this.reader(run, ranking, request);
    return {
      name: `${[subject, report, interval, ...only, day].join('-')}.csv`.toLowerCase(),
      content: Readable.from(this.lines(read, run, ranking, request), { objectMode: false }),
    };
  }

  /** A whole list is read in slices from the store; a selection needs both lists in memory. */
  private async reader(run: KeptRun, ranking: Ranking, request: CsvRequest): Promise<ReadRows> {
    const { compares, change, netLoss, where, segment } = request;
    const isWhole = change === 'all' && !netLoss && !where && segment === undefined;
    if (!compares && isWhole) {
      if (await lacksRanking(this.database.pool, run, ranking)) throw new RankingMissing();
      const snapshot: Snapshot = {};
      return (first) => this.slice(run, ranking, first, snapshot);
    }
    const selection = await this.changes.selection(ranking, { ...request, runId: run.runId });
    return async (first) =>
      selection && first < selection.total
        ? this.changes.rows(ranking, selection, first, ROWS_AT_ONCE)
        : undefined;
  }

  /** Throws when the run is pruned in the meantime, so that the client notices the incomplete file. */
  private async *lines(
    read: ReadRows,
    run: KeptRun,
    ranking: Ranking,
    { compares, change, search }: CsvRequest,
  ): AsyncGenerator<string> {
    const withChanges = compares || change !== 'all';
    const wanted = search?.trim().toLowerCase() ?? '';
    yield BYTE_ORDER_MARK + csvHead(ranking, withChanges);
    try {
      let reading = read(0);
      for (let first = 0; ; first += ROWS_AT_ONCE) {
        const rows = await reading;
        if (!rows) return;
        // Reads ahead while these rows are written and sent. A failure surfaces at the next await.
        reading = read(first + ROWS_AT_ONCE);
        reading.catch(() => undefined);
        const shown = rows.filter((row) => holds(row, wanted));
        if (shown.length > 0) yield shown.map((row) => csvLine(ranking, row, withChanges)).join('');
      }
    } catch (error) {
      this.logger.warn('a CSV ended early', { runId: run.runId, ...describeError(error) });
      throw error;
    }
  }

  private async slice(
    run: KeptRun,
    ranking: Ranking,
    first: number,
    snapshot: Snapshot,
  ): Promise<RankedRow[] | undefined> {
    const { pool } = this.database;
    const slice = await readListSlice(pool, run.id, ranking, first, ROWS_AT_ONCE);
    // A store that was restored in the meantime may have another run's snapshot under the same number.
    if (slice.reportId !== (snapshot.reportId ??= slice.reportId)) throw new SnapshotPruned();
    if (slice.length === 0) return undefined;
    const positions = Array.from({ length: slice.length }, (_, position) => position);
    const rows = await rowsAt(pool, run, ranking, slice, positions);
    const unknown = { previous_rank: null, change: null };
    return rows.flatMap((row, position) =>
      row ? [{ rank: first + position + 1, ...unknown, ...row }] : [],
    );
  }
}

/** The error of a file that is requested before the first run. */
export function noRunYet(): ApiError {
  const message =
    'No report has been made yet. The schedule makes one; POST /api/admin/v1/report_runs makes one now.';
  return new ApiError('not_found', message);
}

/** Whether a row contains a text, by the rules of the dashboard's search. @param wanted in lower case */
function holds(row: RankedRow, wanted: string): boolean {
  if (wanted === '') return true;
  const texts =
    'user_id' in row
      ? [
          [row.first_name, row.last_name].filter(Boolean).join(' '),
          ...PROFILE_FIELDS.map((field) => row[field]),
          ...row.org_data.map((org) => org.display_name),
        ]
      : [row.name];
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}
