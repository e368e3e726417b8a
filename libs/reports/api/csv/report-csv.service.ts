import { Injectable } from '@nestjs/common';
import { Calendar, formatDay, type Ranking } from '#libs/contracts';
import { Database } from '#libs/database';
import { Logger } from '#libs/platform';
import { lacksRanking } from '../../snapshots/missing.query.js';
import { ChangesService, type ListRequest } from '../changes.service.js';
import { keptRun, type KeptRun } from '../kept-runs.query.js';
import { RankingMissing, SnapshotPruned } from '../retry-if-pruned.js';
import type { Selection } from '../selection.js';
import { ROWS_AT_ONCE, csvStream, noRunYet, type CsvFile, type ReadPortion } from './csv-file.js';
import { readListSlice } from './list-slice.query.js';
import { csvHead, readLines, type ListedEntries } from './report-csv.js';

/** The rows and columns to write. */
export interface CsvRequest extends ListRequest {
  /** Adds the columns of changes since another run. */
  compares: boolean;
  /** Only rows whose names, addresses or organizations contain this text, ignoring case. */
  search?: string;
}

/** Reads up to `ROWS_AT_ONCE` entries from position `first` on; undefined beyond the end of the list. */
type ReadEntries = (first: number) => Promise<{ run: KeptRun; listed: ListedEntries } | undefined>;

/** Writes rankings as CSV. */
@Injectable()
export class ReportCsvService {
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
    const { change, search } = request;
    const day = formatDay(this.calendar.dayOf(run.reportTime * 1000));
    const only = change === 'all' ? [] : [change];
    const compares = request.compares || change !== 'all';
    const wanted = search?.trim().toLowerCase() ?? '';
    const readEntries = await this.reader(run, ranking, request);
    const read: ReadPortion = async (first) => {
      const found = await readEntries(first);
      return (
        found && readLines(this.database, found.run, ranking, found.listed, { compares, wanted })
      );
    };
    return {
      name: `${[subject, report, interval, ...only, day].join('-')}.csv`.toLowerCase(),
      content: csvStream(csvHead(ranking, compares), read, this.logger, run.runId),
    };
  }

  /** A whole list is read in slices from the store; a selection needs both lists in memory. */
  private async reader(run: KeptRun, ranking: Ranking, request: CsvRequest): Promise<ReadEntries> {
    const { compares, change, netLoss, where, segment } = request;
    const isWhole = change === 'all' && !netLoss && !where && segment === undefined;
    if (compares || !isWhole) {
      const selection = await this.changes.selection(ranking, { ...request, runId: run.runId });
      return (first) => Promise.resolve(selection && selectedEntries(selection, first));
    }
    if (await lacksRanking(this.database.pool, run, ranking)) throw new RankingMissing();
    let reportId: string | undefined;
    return async (first) => {
      const slice = await readListSlice(this.database.pool, run.id, ranking, first, ROWS_AT_ONCE);
      // A store that was restored in the meantime may have another run's snapshot under the same number.
      if (slice.reportId !== (reportId ??= slice.reportId)) throw new SnapshotPruned();
      if (slice.length === 0) return undefined;
      const unknown = { previous_rank: null, change: null };
      const ranksAt = (index: number) => ({ rank: first + index + 1, ...unknown });
      return { run, listed: { ...slice, ranksAt } };
    };
  }
}

function selectedEntries(selection: Selection, first: number) {
  const { run, list, total, positionAt, ranksAt } = selection;
  if (first >= total) return undefined;
  const { reportId, width } = list;
  const length = Math.min(ROWS_AT_ONCE, total - first);
  const entries = Buffer.allocUnsafe(length * width);
  for (let index = 0; index < length; index++) {
    const from = positionAt(first + index) * width;
    list.entries.copy(entries, index * width, from, from + width);
  }
  const listed: ListedEntries = {
    ...{ reportId, width, entries },
    ranksAt: (index) => ranksAt(positionAt(first + index)),
  };
  return { run, listed };
}
