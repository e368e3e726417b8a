import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  Calendar,
  PROFILE_FIELDS,
  formatDay,
  type IndexOrg,
  type IndexUser,
} from '#libs/contracts';
import { BYTE_ORDER_MARK, Logger, csvCells, csvText, csvTime, describeError } from '#libs/platform';
import { noRunYet, type CsvFile } from '../csv.service.js';
import type { IndexKind } from './index-rows.js';
import {
  SubjectIndexService,
  type IndexRequest,
  type IndexSelection,
} from './subject-index.service.js';

/** Rows per read, about 200 KB of text. */
const ROWS_AT_ONCE = 1_000;

/** The columns of a file and the cells of a row. */
export interface IndexColumns<Row> {
  head: readonly string[];
  cells: (row: Row) => (string | number)[];
}

export const USER_CSV: IndexColumns<IndexUser> = {
  head: [
    ...['user_id', ...PROFILE_FIELDS, 'orgs', 'active_days_30', 'num_orgs', 'num_invites_30'],
    ...['user_created_at_utc', 'last_active_at_utc'],
  ],
  cells: (row) => {
    const orgs = row.org_data.map((org) => `${org.display_name} (${org.user_role})`).join('; ');
    const texts = [row.user_id, ...PROFILE_FIELDS.map((field) => row[field]), orgs].map(csvText);
    const { active_days_30, num_orgs, num_invites_30, created_at, last_active_at } = row.values;
    const times = [created_at, last_active_at].map(csvTime);
    return [...texts, active_days_30, num_orgs, num_invites_30, ...times];
  },
};

export const ORG_CSV: IndexColumns<IndexOrg> = {
  head: [
    ...['org_id', 'name', 'num_users', 'active_users_7', 'active_users_30', 'active_users_before'],
    ...['active_days_30', 'last_active_day', 'health_score', 'org_created_at_utc'],
  ],
  cells: ({ org_id, name, values }) => [
    ...[org_id, name].map(csvText),
    ...[values.num_users, values.active_users_7, values.active_users_30],
    ...[values.active_users_before, values.active_days_30, values.last_active_day ?? ''],
    ...[values.health_score ?? '', csvTime(values.created_at)],
  ],
};

/** Writes the index as CSV, some rows at a time, as fast as the client reads. */
@Injectable()
export class IndexCsvService {
  constructor(
    private readonly index: SubjectIndexService,
    private readonly logger: Logger,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when there is no run yet, or the run is not kept or was made without the index */
  async file<Profile, ProfileRow extends { id: number }, Row>(
    kind: IndexKind<Profile, ProfileRow, Row>,
    columns: IndexColumns<Row>,
    request: IndexRequest,
  ): Promise<CsvFile> {
    const selection = await this.index.selection(kind.subject, request);
    if (!selection) throw noRunYet();
    const day = formatDay(this.calendar.dayOf(selection.run.reportTime * 1000));
    const lines = this.lines(kind, columns, selection);
    return {
      name: `${kind.subject}s-${day}.csv`,
      content: Readable.from(lines, { objectMode: false }),
    };
  }

  /** Throws when the run is pruned in the meantime, so that the client notices the incomplete file. */
  private async *lines<Profile, ProfileRow extends { id: number }, Row>(
    kind: IndexKind<Profile, ProfileRow, Row>,
    { head, cells }: IndexColumns<Row>,
    selection: IndexSelection,
  ): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvCells(head);
    const read = (from: number) =>
      this.index.slice(kind, selection, from, from + ROWS_AT_ONCE).then(({ rows }) => rows);
    try {
      let reading = read(0);
      for (let from = 0; from < selection.keys.length; from += ROWS_AT_ONCE) {
        const rows = await reading;
        // Reads ahead while these rows are written and sent. A failure surfaces at the next await.
        reading = read(from + ROWS_AT_ONCE);
        reading.catch(() => undefined);
        if (rows.length > 0) yield rows.map((row) => csvCells(cells(row))).join('');
      }
      await reading;
    } catch (error) {
      this.logger.warn('a CSV ended early', {
        runId: selection.run.runId,
        ...describeError(error),
      });
      throw error;
    }
  }
}
