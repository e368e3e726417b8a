import { Injectable } from '@nestjs/common';
import { Calendar, invalidField, type RunList } from '#libs/contracts';
import { Database } from '#libs/database';
import { isRun, listRuns } from './kept-runs.query.js';

/** Which runs a reader asks for. */
interface RunListRequest {
  limit: number;
  /** A run of the list: those after it are listed. */
  before?: string;
  /** Only those whose rankings can be read. */
  onlyKept: boolean;
}

/** Lists the runs that make reports. */
@Injectable()
export class RunListService {
  constructor(
    private readonly database: Database,
    private readonly calendar: Calendar,
  ) {}

  /** The latest moment first. @throws ApiError for a `before` that is no run */
  async page({ limit, before, onlyKept }: RunListRequest): Promise<RunList> {
    const { pool } = this.database;
    if (before !== undefined && !(await isRun(pool, before)))
      throw invalidField('before', 'must be the run_id of a run in this list');
    const runs = await listRuns(pool, before, limit + 1, onlyKept);
    const shown = runs.slice(0, limit);
    const next = runs.length > limit ? shown.at(-1) : undefined;
    const { zone } = this.calendar;
    return { time_zone: zone, runs: shown, next_before: next?.run_id ?? null };
  }
}
