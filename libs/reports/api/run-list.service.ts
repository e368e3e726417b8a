import { Inject, Injectable } from '@nestjs/common';
import { Calendar, invalidField, type RunList } from '#libs/contracts';
import { Database } from '#libs/database';
import { SETTINGS } from '#libs/platform';
import type { KeptSnapshots } from '../runs/kept-snapshots.js';
import { snapshotDisk } from '../runs/snapshot-disk.query.js';
import { isRun, listRuns } from './kept-runs.query.js';

/** Filters of the run list. */
interface RunListRequest {
  limit: number;
  /** A run of the list; the runs after it are returned. */
  before?: string;
  /** Only runs whose rankings can be read. */
  onlyKept: boolean;
}

/** Lists report runs. */
@Injectable()
export class RunListService {
  constructor(
    private readonly database: Database,
    private readonly calendar: Calendar,
    @Inject(SETTINGS) private readonly settings: KeptSnapshots,
  ) {}

  /** The latest report time first. @throws ApiError `invalid` when `before` is not a run */
  async page({ limit, before, onlyKept }: RunListRequest): Promise<RunList> {
    const { pool } = this.database;
    if (before !== undefined && !(await isRun(pool, before)))
      throw invalidField('before', 'must be the run_id of a run in this list');
    const runs = await listRuns(pool, before, limit + 1, onlyKept);
    const shown = runs.slice(0, limit);
    const next = runs.length > limit ? shown.at(-1) : undefined;
    const { zone } = this.calendar;
    const snapshots = await snapshotDisk(pool, this.settings);
    return { time_zone: zone, runs: shown, next_before: next?.run_id ?? null, snapshots };
  }
}
