import { Injectable } from '@nestjs/common';
import type { Ranking, ReportPage } from '#libs/contracts';
import { ORG_PROFILES, USER_PROFILES, type DisplayProfiles } from '#libs/facts';
import { Database } from '#libs/database';
import { definitionOf } from '../definitions/index.js';
import { RankingMissing, SnapshotPruned, retryIfPruned } from './retry-if-pruned.js';
import { servedRun, type ServedRun } from '../runs/runs.store.js';
import { sliceOf, type SnapshotSlice } from '../snapshots/page.query.js';
import { userIdsOf } from '../snapshots/keyed.query.js';
import { lacksRanking } from '../snapshots/missing.query.js';
import type { NumberedEntry } from '../snapshots/packing.js';
import { compatibleRow, orgRow, userRow, usersIn } from './rows.js';

export interface PageRequest {
  pageNumber: number;
  pageSize: number;
  /** Pins the run; by default the latest. */
  runId?: string;
}

interface Sliced<Profile> {
  run?: ServedRun;
  slice?: SnapshotSlice<Profile>;
}

/** Reads pages of reports: ranks and numbers from the snapshot, current names. */
@Injectable()
export class PagesService {
  private served: ServedRun | undefined;

  constructor(private readonly database: Database) {}

  /** @throws ApiError `not_found` when the pinned run cannot be served */
  async page(ranking: Ranking, request: PageRequest): Promise<ReportPage> {
    if (ranking.subject === 'user') {
      const sliced = await this.slice(ranking, USER_PROFILES, request);
      const rows = rowsOf(sliced, (reportId, entry, profile) =>
        compatibleRow(userRow(ranking, reportId, entry, profile)),
      );
      return { user_reports: rows, ...envelope(request, sliced) };
    }
    const sliced = await this.slice(ranking, ORG_PROFILES, request);
    const users = usersIn(ranking, sliced.slice?.entries ?? []);
    const userIds = await userIdsOf(this.database.pool, users);
    const rows = rowsOf(sliced, (reportId, entry, profile) =>
      orgRow(ranking, reportId, entry, profile, userIds),
    );
    return { org_reports: rows, ...envelope(request, sliced) };
  }

  private slice<Profile, Row extends { id: number }>(
    ranking: Ranking,
    profiles: DisplayProfiles<Profile, Row>,
    request: PageRequest,
  ): Promise<Sliced<Profile>> {
    const extras = definitionOf(ranking).extras.length;
    const bounds = { offset: request.pageNumber * request.pageSize, limit: request.pageSize };
    const sliceOfRun = (run: ServedRun) =>
      sliceOf(this.database, run.id, ranking, extras, profiles, bounds);
    return request.runId === undefined
      ? this.servedSlice(ranking, sliceOfRun)
      : this.pinnedSlice(ranking, request.runId, sliceOfRun);
  }

  /** Reads from the run that was served last; the slice shows whether it is still the latest. */
  private servedSlice<Profile>(
    ranking: Ranking,
    sliceOfRun: SliceOfRun<Profile>,
  ): Promise<Sliced<Profile>> {
    return retryIfPruned(async () => {
      const run = this.served ?? (await servedRun(this.database));
      if (!run) return {};
      const slice = await sliceOfRun(run);
      this.served = slice?.servedRun === run.runId ? run : undefined;
      if (this.served) return { run, slice };
      if (!slice && (await this.isLatestWithout(run, ranking))) return {};
      throw new SnapshotPruned();
    });
  }

  private async pinnedSlice<Profile>(
    ranking: Ranking,
    runId: string,
    sliceOfRun: SliceOfRun<Profile>,
  ): Promise<Sliced<Profile>> {
    const run = await servedRun(this.database, runId);
    const slice = run && (await sliceOfRun(run));
    if (slice) return { run, slice };
    throw run && (await this.lacks(run, ranking)) ? new RankingMissing() : new SnapshotPruned();
  }

  /** Whether a version without this ranking made the latest run. The reply is then the same as without a run. */
  private async isLatestWithout(run: ServedRun, ranking: Ranking): Promise<boolean> {
    const latest = await servedRun(this.database);
    return latest?.runId === run.runId && this.lacks(run, ranking);
  }

  private lacks(run: ServedRun, ranking: Ranking): Promise<boolean> {
    return lacksRanking(this.database.pool, run, ranking);
  }
}

type SliceOfRun<Profile> = (run: ServedRun) => Promise<SnapshotSlice<Profile> | undefined>;

function envelope({ pageNumber, pageSize }: PageRequest, { run, slice }: Sliced<unknown>) {
  const total = slice?.total ?? 0;
  return {
    current_page: pageNumber,
    total_count: total,
    page_size: pageSize,
    has_more_results: (pageNumber + 1) * pageSize < total,
    report_time: run?.reportTime ?? 0,
  };
}

/** A row for each entry whose user or org still exists. */
function rowsOf<Profile, Row>(
  { slice }: Sliced<Profile>,
  row: (reportId: string, entry: NumberedEntry, profile: Profile) => Row,
): Row[] {
  if (!slice) return [];
  return slice.entries.flatMap((entry) => {
    const profile = slice.profiles.get(entry.key);
    return profile ? [row(slice.reportId, entry, profile)] : [];
  });
}
