import type { TimedStep } from './replay.js';

/**
 * The first instant at which a pair's spans may depend on its steps from `since` on: no earlier day of the membership
 * can change when such steps are added. A span may reach back before its first step, to a removal or without limit.
 * @param steps all steps, in the order of their versions
 * @param since milliseconds since 1970
 */
export function changedFrom(steps: readonly TimedStep[], since: number): number {
  const before = steps.findLast(({ at }) => at < since);
  if (!before) return steps.every(({ kind }) => kind === 'add') ? since : -Infinity;
  const reachesBack = before.kind === 'remove' && steps.some(isRoleSince(since));
  return reachesBack ? before.at : since;
}

const isRoleSince =
  (since: number) =>
  ({ at, kind }: TimedStep) =>
    kind === 'role' && at >= since;
