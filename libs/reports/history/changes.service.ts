import { Injectable } from '@nestjs/common';
import type {
  Change,
  ChangeFilter,
  ChangedOrgRow,
  ChangedUserRow,
  Ranking,
  ReportChanges,
} from '#libs/contracts';
import { Database } from '#libs/platform';
import type { Comparison } from './comparison.js';
import { untilKept } from './gone.js';
import { keptRun, previousRun, type KeptRun } from './kept-runs.query.js';
import { rowsAt } from './listed-rows.js';
import { Lists } from './lists.service.js';

export interface ChangesRequest {
  pageNumber: number;
  pageSize: number;
  change: ChangeFilter;
  /** The run to show; the latest otherwise. */
  runId?: string;
  /** The run to compare it with; the one kept right before it otherwise. */
  compareTo?: string;
}

interface Compared {
  run: KeptRun;
  /** The run before, and what changed since, if there is one. */
  previous?: { run: KeptRun; comparison: Comparison };
}

/** How a row stands in the two runs. */
interface Standing {
  rank: number | null;
  previous_rank: number | null;
  change: Change | null;
}

/** Which places of which run's list a filter asks for. */
interface Selection {
  run: KeptRun;
  total: number;
  /** The place in the list of the i-th selected. */
  placeAt: (index: number) => number;
  standingAt: (place: number) => Standing;
}

/**
 * Pages of a ranking with what changed since an earlier run. Whole lists are only handled packed; names
 * are read for the rows of the page.
 */
@Injectable()
export class ChangesService {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** @throws ApiError `not_found` when a run that was named is not kept */
  page(ranking: Ranking, request: ChangesRequest): Promise<ReportChanges> {
    return untilKept(() => this.attempt(ranking, request));
  }

  private async attempt(ranking: Ranking, request: ChangesRequest): Promise<ReportChanges> {
    const { pageNumber: page_number, pageSize: page_size } = request;
    const compared = await this.compared(ranking, request);
    const selection = compared && select(compared, await this.total(compared, ranking), request);
    const previous = compared?.previous;
    const page = {
      ...ranking,
      run_id: compared?.run.runId ?? null,
      report_time: compared?.run.reportTime ?? 0,
      previous: previous
        ? { run_id: previous.run.runId, report_time: previous.run.reportTime }
        : null,
      counts: previous ? countsOf(previous.comparison) : null,
      total_count: selection?.total ?? 0,
      page_number,
      page_size,
      rows: selection ? await this.rows(ranking, selection, request) : [],
    };
    // The rows are of the subject that the ranking names.
    return page as ReportChanges;
  }

  private async compared(
    ranking: Ranking,
    { runId, compareTo }: ChangesRequest,
  ): Promise<Compared | undefined> {
    const { pool } = this.database;
    const run = await keptRun(pool, runId);
    if (!run) return undefined;
    const before =
      compareTo === undefined ? await previousRun(pool, run) : await keptRun(pool, compareTo);
    if (!before) return { run };
    return {
      run,
      previous: { run: before, comparison: await this.lists.compared(run, before, ranking) },
    };
  }

  private async total({ run }: Compared, ranking: Ranking): Promise<number> {
    return (await this.lists.of(run, ranking)).total;
  }

  private async rows(
    ranking: Ranking,
    { run, total, placeAt, standingAt }: Selection,
    { pageNumber, pageSize }: ChangesRequest,
  ): Promise<ReportChanges['rows']> {
    const first = Math.min(pageNumber * pageSize, total);
    const length = Math.min(pageSize, total - first);
    const places = Array.from({ length }, (_, index) => placeAt(first + index));
    const list = await this.lists.of(run, ranking);
    const rows = await rowsAt(this.database.pool, run, ranking, list, places);
    const shown = rows.flatMap((row, index) =>
      row ? [{ ...standingAt(places[index]!), ...row }] : [],
    );
    // Of one subject, since they are of one ranking.
    return shown as ChangedUserRow[] | ChangedOrgRow[];
  }
}

function select(
  { run, previous }: Compared,
  listed: number,
  { change }: ChangesRequest,
): Selection {
  const comparison = previous?.comparison;
  const inList = { run, standingAt: (place: number) => standingAt(place, comparison) };
  if (change === 'all') return { ...inList, total: listed, placeAt: (index) => index };
  const places = comparison?.[change] ?? new Uint32Array(0);
  const selected = { total: places.length, placeAt: (index: number) => places[index]! };
  if (change !== 'left' || !previous) return { ...inList, ...selected };
  return {
    ...selected,
    run: previous.run,
    standingAt: (place) => ({ rank: null, previous_rank: place + 1, change: 'left' }),
  };
}

function standingAt(place: number, comparison: Comparison | undefined): Standing {
  const rank = place + 1;
  if (!comparison) return { rank, previous_rank: null, change: null };
  const before = comparison.previousRanks[place]!;
  if (before === 0) return { rank, previous_rank: null, change: 'entered' };
  return { rank, previous_rank: before, change: before === rank ? 'stayed' : 'moved' };
}

function countsOf({ entered, moved, left }: Comparison): ReportChanges['counts'] {
  return { entered: entered.length, moved: moved.length, left: left.length };
}
