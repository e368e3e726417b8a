import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ApiError, formatDay, type Ranking } from '#libs/contracts';
import { Database, Logger, describeError } from '#libs/platform';
import { BYTE_ORDER_MARK, csvHead, csvLine } from './csv.js';
import { SnapshotGone } from './gone.js';
import { keptRun, type KeptRun } from './kept-runs.query.js';
import { rowsAt } from './listed-rows.js';
import { readListSlice } from './list-slice.query.js';

/** Rows at once: some 300 KB of text. */
const ROWS_AT_ONCE = 1_000;

/** Which snapshot a file is of, once some of it was read. */
interface Snapshot {
  reportId?: string;
}

/** A whole ranking as a table, to be streamed. */
export interface CsvFile {
  name: string;
  content: Readable;
}

/**
 * Writes rankings as CSV, some rows at a time and only as fast as they are taken: in between it holds no
 * connection and no more than two such portions, however long the list and slow the reader.
 */
@Injectable()
export class CsvService {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** @throws ApiError `not_found` when the run is not kept, or none was made yet */
  async file(ranking: Ranking, runId?: string): Promise<CsvFile> {
    const run = await keptRun(this.database.pool, runId);
    if (!run) {
      const message =
        'No report has been made yet. POST /api/admin/v1/report_runs, or the schedule, makes one.';
      throw new ApiError('not_found', message);
    }
    const { subject, report, interval } = ranking;
    const day = formatDay(run.reportTime * 1000);
    return {
      name: `${subject}-${report}-${interval}-${day}.csv`.toLowerCase(),
      content: Readable.from(this.lines(run, ranking), { objectMode: false }),
    };
  }

  /** Ends with an error, so that the reader knows, when the run is pruned in the meantime. */
  private async *lines(run: KeptRun, ranking: Ranking): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvHead(ranking);
    try {
      const snapshot: Snapshot = {};
      let reading = this.rows(run, ranking, 0, snapshot);
      for (let first = 0; ; first += ROWS_AT_ONCE) {
        const rows = await reading;
        if (rows.length === 0) return;
        // Read while these are written and sent; its failure is met when it is waited for.
        reading = this.rows(run, ranking, first + ROWS_AT_ONCE, snapshot);
        reading.catch(() => undefined);
        yield rows.map((row, place) => (row ? csvLine(first + place + 1, row) : '')).join('');
      }
    } catch (error) {
      this.logger.warn('a CSV ended early', { runId: run.runId, ...describeError(error) });
      throw error;
    }
  }

  /** The rows from a place on, none beyond the end. */
  private async rows(run: KeptRun, ranking: Ranking, first: number, snapshot: Snapshot) {
    const { pool } = this.database;
    const slice = await readListSlice(pool, run.id, ranking, first, ROWS_AT_ONCE);
    // A store that was restored meanwhile has another run's snapshot under the same number.
    if (slice.reportId !== (snapshot.reportId ??= slice.reportId)) throw new SnapshotGone();
    const places = Array.from({ length: slice.length }, (_, place) => place);
    return slice.length === 0 ? [] : rowsAt(pool, run, ranking, slice, places);
  }
}
