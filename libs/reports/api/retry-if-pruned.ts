import { ApiError } from '#libs/contracts';

/** A run that was named, or was there a moment ago, has no snapshot: never, not yet, or not any more. */
export class SnapshotPruned extends ApiError {
  constructor() {
    super(
      'not_found',
      'This run is not kept: it is unknown, has not completed, or its rankings were pruned. ' +
        'GET /api/insights/v1/runs lists the runs whose rankings can be read ("kept": true).',
    );
  }
}

/** A run is kept, but a version that did not have this report or interval made it. */
export class RankingMissing extends ApiError {
  constructor() {
    super(
      'not_found',
      'This run was made before this version had the report or its interval. ' +
        'POST /api/admin/v1/report_runs, or the schedule, makes a run that has it.',
    );
  }
}

const ATTEMPTS = 3;

/** The answer; undefined when the run has no such ranking. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RankingMissing) return undefined;
    throw error;
  }
}

/** Does it again when the run that was read was pruned in that very moment: then the next one is there. */
export async function retryIfPruned<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SnapshotPruned) || attempt === ATTEMPTS) throw error;
    }
  }
}
