import { Injectable } from '@nestjs/common';
import { Calendar, type SegmentRequest, type Subject } from '#libs/contracts';
import type { Bitset } from '#libs/facts';
import { Database } from '#libs/database';
import { SegmentsService } from '#libs/segments';
import { keptRun, type KeptRun } from '../kept-runs.query.js';
import { SnapshotPruned, retryIfPruned } from '../retry-if-pruned.js';
import { indexSliceOf } from '../../snapshots/index-page.query.js';
import { IndexOrders, type IndexOrder, type Sort } from './index-orders.service.js';
import type { IndexKind } from './index-rows.js';
import { SearchService } from './search.service.js';

/** Selects and sorts the rows of an index. */
export interface IndexRequest extends SegmentRequest {
  sort: Sort;
  /** A text that a field of the user or org contains. */
  search?: string | undefined;
  /** By default the latest run. */
  runId?: string | undefined;
}

export interface IndexPageRequest extends IndexRequest {
  pageNumber: number;
  pageSize: number;
}

/** The rows of an index that a request selects. */
export interface IndexSelection {
  run: KeptRun;
  order: IndexOrder;
  /** The keys of the selected rows, in order. */
  keys: Uint32Array;
}

/** A page of an index, without its rows. */
type Envelope = ReturnType<typeof envelope>;

/** Reads the index of users and orgs: the values of a run, and the profiles as they are now. */
@Injectable()
export class SubjectIndexService {
  /** The run that was served last. */
  private served: KeptRun | undefined;

  constructor(
    private readonly database: Database,
    private readonly orders: IndexOrders,
    private readonly searches: SearchService,
    private readonly segments: SegmentsService,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when the run is not kept or lacks the index, and the errors of segments */
  page<Profile, ProfileRow extends { id: number }, Values, Row>(
    kind: IndexKind<Profile, ProfileRow, Values, Row>,
    request: IndexPageRequest,
  ): Promise<Envelope & { rows: Row[] }> {
    return retryIfPruned(async () => {
      const { pageNumber, pageSize } = request;
      const selection = await this.selection(kind.subject, request, this.served);
      const from = pageNumber * pageSize;
      const { rows, servedRun } = selection
        ? await this.slice(kind, selection, from, from + pageSize)
        : { rows: [], servedRun: null };
      if (request.runId === undefined && selection) {
        const isLatest = servedRun === selection.run.runId;
        this.served = isLatest ? selection.run : undefined;
        // A newer run has completed, or this one was withdrawn.
        if (!isLatest) throw new SnapshotPruned();
      }
      return { rows, ...envelope(request, selection) };
    });
  }

  /**
   * The rows that a request selects; undefined before the first run.
   * @param latest the run to use when the request names none; by default it is looked up
   * @throws ApiError `not_found` when the run is not kept or lacks the index, and the errors of segments
   */
  async selection(
    subject: Subject,
    request: IndexRequest,
    latest?: KeptRun,
  ): Promise<IndexSelection | undefined> {
    const { runId, sort } = request;
    const known = runId === undefined ? latest : undefined;
    const run = known ?? (await keptRun(this.database.pool, runId));
    if (!run) {
      await this.segments.resolve(subject, request);
      return undefined;
    }
    const [order, predicates] = await Promise.all([
      this.orders.of(run, subject, sort).catch((error: unknown) => {
        this.served = undefined;
        throw error;
      }),
      this.predicates(subject, request),
    ]);
    return { run, order, keys: await this.orders.selected(order, predicates) };
  }

  /**
   * The rows at positions [`from`, `before`) of a selection, without users and orgs that no longer exist.
   * @throws SnapshotPruned when the run was pruned in the meantime
   */
  private async slice<Profile, ProfileRow extends { id: number }, Values, Row>(
    { subject, profiles, values, row }: IndexKind<Profile, ProfileRow, Values, Row>,
    { run, order, keys }: IndexSelection,
    from: number,
    before: number,
  ): Promise<{ rows: Row[]; servedRun: string | null }> {
    const wanted = keys.subarray(from, before);
    const slice = await indexSliceOf(this.database, run.id, subject, order, profiles, wanted);
    if (!slice) {
      this.served = undefined;
      throw new SnapshotPruned();
    }
    const day = this.calendar.dayOf(run.reportTime * 1000);
    const rows = slice.entries.flatMap((entry) => {
      const profile = slice.profiles.get(entry.key);
      return profile ? [row(profile, values(entry, day))] : [];
    });
    return { rows, servedRun: slice.servedRun };
  }

  /** The sets of keys that a row must be in, without the keys of users or orgs that were deleted or are excluded. */
  private async predicates(subject: Subject, request: IndexRequest): Promise<Bitset[]> {
    const { search } = request;
    const sets = await Promise.all([
      this.segments.matchingOf(subject, request),
      search === undefined ? undefined : this.searches.keys(subject, search),
    ]);
    return sets.filter((set) => set !== undefined);
  }
}

function envelope(
  { pageNumber, pageSize }: IndexPageRequest,
  selection: IndexSelection | undefined,
) {
  const total = selection?.keys.length ?? 0;
  return {
    current_page: pageNumber,
    total_count: total,
    page_size: pageSize,
    has_more_results: (pageNumber + 1) * pageSize < total,
    report_time: selection?.run.reportTime ?? 0,
  };
}
