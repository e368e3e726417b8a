import { ApiError } from '#libs/contracts';

/** A run that was named, or was there a moment ago, has no snapshot: never, not yet, or not any more. */
export class SnapshotGone extends ApiError {
  constructor() {
    super(
      'not_found',
      'This run is not kept: it is unknown, has not completed, or its rankings were pruned. ' +
        'GET /api/insights/v1/runs lists the runs whose rankings can be read ("kept": true).',
    );
  }
}

const ATTEMPTS = 3;

/** Does it again when the run that was read was pruned in that very moment: then the next one is there. */
export async function untilKept<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SnapshotGone) || attempt === ATTEMPTS) throw error;
    }
  }
}
