import { Injectable } from '@nestjs/common';
import { Calendar, formatDay } from '#libs/contracts';
import { Database } from '#libs/database';
import { Logger, csvCells } from '#libs/platform';
import { manyEntriesOf } from '../../snapshots/index-page.query.js';
import { SnapshotPruned } from '../retry-if-pruned.js';
import {
  SubjectIndexService,
  type IndexRequest,
  type IndexSelection,
} from '../subject-index/subject-index.service.js';
import { ROWS_AT_ONCE, csvStream, noRunYet, type CsvFile, type Portion } from './csv-file.js';
import type { IndexTable } from './index-tables.js';
import { PROFILE_COLUMNS, profileCells } from './profile-cells.js';

/** Writes the index as CSV. */
@Injectable()
export class IndexCsvService {
  constructor(
    private readonly database: Database,
    private readonly index: SubjectIndexService,
    private readonly logger: Logger,
    private readonly calendar: Calendar,
  ) {}

  /** @throws ApiError `not_found` when there is no run yet, or the run is not kept or was made without the index */
  async file<Values>(table: IndexTable<Values>, request: IndexRequest): Promise<CsvFile> {
    const { subject } = table;
    const selection = await this.index.selection(subject, request);
    if (!selection) throw noRunYet();
    const { run, keys } = selection;
    const day = formatDay(this.calendar.dayOf(run.reportTime * 1000));
    const head = csvCells([...PROFILE_COLUMNS[subject], ...table.columns]);
    const read = async (first: number) =>
      first < keys.length ? this.portion(table, selection, first) : undefined;
    return {
      name: `${subject}s-${day}.csv`,
      content: csvStream(head, read, this.logger, run.runId),
    };
  }

  /** @throws SnapshotPruned when the run was pruned in the meantime */
  private portion<Values>(
    { subject, values, cells }: IndexTable<Values>,
    { run, order, keys }: IndexSelection,
    first: number,
  ): Promise<Portion> {
    const wanted = keys.subarray(first, first + ROWS_AT_ONCE);
    const day = this.calendar.dayOf(run.reportTime * 1000);
    return this.database.transaction(async (db) => {
      const profiles = await profileCells(db, subject, wanted);
      // Last: while the snapshot is the same, keys mean the same users and orgs.
      const entryAt = await manyEntriesOf(db, run.id, subject, order, wanted);
      if (!entryAt) throw new SnapshotPruned();
      const line = (index: number) => {
        const profile = profiles[index];
        return profile === undefined
          ? undefined
          : csvCells([profile, ...cells(values(entryAt(index), day))]);
      };
      return { length: wanted.length, line };
    });
  }
}
