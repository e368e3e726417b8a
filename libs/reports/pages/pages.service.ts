import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  ApiError,
  type OrgReportRow,
  type Ranking,
  type ReportPage,
  type UserReportRow,
} from '#libs/contracts';
import { ORG_CARDS, USER_CARDS, type Cards, type OrgCard, type UserCard } from '#libs/facts';
import { Database } from '#libs/platform';
import { definitionOf } from '../definitions/index.js';
import { servedRun, type ServedRun } from '../runs/runs.store.js';
import { sliceOf, type SnapshotSlice } from '../snapshots/page.query.js';
import type { Entry } from '../snapshots/packing.js';

export interface PageRequest {
  pageNumber: number;
  pageSize: number;
  /** Pins the run; the latest otherwise. */
  runId?: string;
}

interface Sliced<Card> {
  run?: ServedRun;
  slice?: SnapshotSlice<Card>;
}

/** Runs may follow each other while a page is read. */
const ATTEMPTS = 5;

/** Reads pages of reports: rank and numbers frozen in the snapshot, names as they are now. */
@Injectable()
export class PagesService {
  private served: ServedRun | undefined;

  constructor(private readonly database: Database) {}

  /** @throws ApiError `not_found` when the pinned run is not there to be served */
  async page(ranking: Ranking, request: PageRequest): Promise<ReportPage> {
    if (ranking.subject === 'user') {
      const sliced = await this.slice(ranking, USER_CARDS, request);
      const rows = sliced.slice ? userRows(ranking, sliced.slice) : [];
      return { user_reports: rows, ...envelope(request, sliced) };
    }
    const sliced = await this.slice(ranking, ORG_CARDS, request);
    const rows = sliced.slice ? orgRows(ranking, sliced.slice) : [];
    return { org_reports: rows, ...envelope(request, sliced) };
  }

  private slice<Card, Row extends { id: number }>(
    ranking: Ranking,
    cards: Cards<Card, Row>,
    request: PageRequest,
  ): Promise<Sliced<Card>> {
    const extras = definitionOf(ranking).extras.length;
    const bounds = { offset: request.pageNumber * request.pageSize, limit: request.pageSize };
    const sliceOfRun = (run: ServedRun) =>
      sliceOf(this.database, run.id, ranking, extras, cards, bounds);
    return request.runId === undefined
      ? this.servedSlice(sliceOfRun)
      : this.pinnedSlice(request.runId, sliceOfRun);
  }

  /** Out of the run that was served last; what comes with it tells whether that is still the one. */
  private async servedSlice<Card>(sliceOfRun: SliceOfRun<Card>): Promise<Sliced<Card>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const run = this.served ?? (await servedRun(this.database));
      if (!run) return {};
      const slice = await sliceOfRun(run);
      this.served = slice?.servedRun === run.id ? run : undefined;
      if (this.served) return { run, slice };
    }
    return gone();
  }

  private async pinnedSlice<Card>(
    runId: string,
    sliceOfRun: SliceOfRun<Card>,
  ): Promise<Sliced<Card>> {
    const run = await servedRun(this.database, runId);
    const slice = run && (await sliceOfRun(run));
    return slice ? { run, slice } : gone();
  }
}

type SliceOfRun<Card> = (run: ServedRun) => Promise<SnapshotSlice<Card> | undefined>;

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

function userRows(ranking: Ranking, slice: SnapshotSlice<UserCard>): UserReportRow[] {
  return slice.entries.flatMap((entry): UserReportRow[] => {
    const card = slice.cards.get(entry.key);
    if (!card) return [];
    const [createdAt, lastActiveAt] = entry.numbers;
    return [
      {
        id: rowId(slice.reportId, entry.key),
        report_id: slice.reportId,
        user_id: card.userId,
        user_created_at: createdAt,
        username: card.username,
        first_name: card.firstName,
        last_name: card.lastName,
        email: card.email,
        last_active_at: lastActiveAt,
        org_data: card.memberships,
        extra_properties: extraProperties(ranking, entry),
      },
    ];
  });
}

function orgRows(ranking: Ranking, slice: SnapshotSlice<OrgCard>): OrgReportRow[] {
  return slice.entries.flatMap((entry): OrgReportRow[] => {
    const card = slice.cards.get(entry.key);
    if (!card) return [];
    const [createdAt, members] = entry.numbers;
    return [
      {
        id: rowId(slice.reportId, entry.key),
        report_id: slice.reportId,
        org_id: card.orgId,
        name: card.name,
        num_users: members,
        org_created_at: createdAt,
        extra_properties: extraProperties(ranking, entry),
      },
    ];
  });
}

/** The snapshot is not kept, or was pruned in this very moment. */
function gone(): never {
  throw new ApiError('not_found', 'No completed run with this run_id is kept.');
}

function extraProperties(ranking: Ranking, entry: Entry): Record<string, number> {
  const names = definitionOf(ranking).extras;
  return Object.fromEntries(names.map((name, index) => [name, entry.extras[index]!]));
}

/** The same row of the same snapshot always has the same id, a UUID (version 8: made by our own rule). */
function rowId(reportId: string, key: number): string {
  const hash = createHash('sha256').update(`${reportId}/${key}`).digest().subarray(0, 16);
  hash[6] = 0x80 | (hash[6]! & 0x0f);
  hash[8] = 0x80 | (hash[8]! & 0x3f);
  const hex = hash.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
