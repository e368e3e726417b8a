import type { Ownership } from '#libs/facts';
import { RangeSums } from './range-sums.js';
import { MOMENTS, type PastMoments } from './past-moments.js';

const W30_LAST = 29;

/** Whether the org has lost its last owner in W(30), by moment. */
export function ownerLost(ownerships: readonly Ownership[], moments: PastMoments): boolean[] {
  const [owners, losses] = [new RangeSums(), new RangeSums()];
  for (const { from, to } of ownerships) {
    const ended = moments.oldestWith(to);
    owners.add(ended + 1, moments.oldestWith(from));
    if (ended < 0) continue;
    const age = moments.ageOf(to);
    losses.add(age - W30_LAST, Math.min(age, ended));
  }
  const [count, lost] = [owners.totals(), losses.totals()];
  return Array.from({ length: MOMENTS }, (_, moment) => count[moment] === 0 && lost[moment]! > 0);
}
