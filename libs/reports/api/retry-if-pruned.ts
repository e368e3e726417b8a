import { ApiError } from '#libs/contracts';

/** The requested run has no snapshot: it is unknown, not completed, or pruned, perhaps during the request. */
export class SnapshotPruned extends ApiError {
  constructor() {
    super(
      'not_found',
      'This run is not kept: it is unknown, has not completed, or its rankings were pruned. ' +
        'GET /api/insights/v1/runs lists the runs whose rankings can be read ("kept": true).',
    );
  }
}

/** The run is kept, but was made by a version without this report or interval. */
export class RankingMissing extends ApiError {
  constructor() {
    super(
      'not_found',
      'This run was made before this version had the report or its interval. ' +
        'The next scheduled run has it; POST /api/admin/v1/report_runs makes one now.',
    );
  }
}

/** New runs may complete while a client reads, so one retry is not enough. */
const ATTEMPTS = 5;

/** The answer; undefined when the run lacks the ranking. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RankingMissing) return undefined;
    throw error;
  }
}

/** Repeats `work` when the run was pruned or replaced while it was read. A newer run exists by then. */
export async function retryIfPruned<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SnapshotPruned) || attempt === ATTEMPTS) throw error;
    }
  }
}
