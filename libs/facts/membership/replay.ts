import type { StepKind } from './step-kind.js';

/** A step of one (user, org) pair; `at` in milliseconds since 1970. */
export interface TimedStep {
  at: number;
  kind: StepKind;
  role: string | null;
}

/**
 * A period of membership, from `from` to `to`, both days included. An unknown start is `-Infinity`,
 * an open end is `Infinity`. A span that ends is one removal. Times in milliseconds since 1970.
 */
export interface Span {
  from: number;
  to: number;
  role: string;
  /** Time of the span's first step. As of an earlier moment, the span does not exist. */
  openedAt: number;
  /** Whether the first step is an addition; its time is then `from`. */
  isAddition: boolean;
}

/** The role of a span whose steps name none. */
export const DEFAULT_ROLE = 'Member';

/**
 * Replays the steps of one (user, org) pair.
 * - An add opens a span and counts as one addition. While the user is a member, it only sets the
 *   role.
 * - A remove closes the open span and counts as one removal. As the pair's first step it counts as
 *   one removal of a span with an unknown start. Otherwise it has no effect.
 * - A role change while the user is no member opens a span with an unknown start. It is no
 *   addition.
 * - `closedAt`, the deletion of the user or of the org, closes an open span and counts as a
 *   removal. The removals of a deleted org are never shown, because a deleted org is in no report.
 *
 * An unknown start reaches back to the pair's latest earlier removal step, whether or not that step
 * counted; without one, it has no limit.
 *
 * As of an earlier moment T, only spans whose first step is not after T exist, and a span that ends
 * after T is open. A step either adds a span or ends the last one.
 * @param steps in the order of their versions, without those after `closedAt`
 */
export function replay(steps: readonly TimedStep[], closedAt?: number): Span[] {
  const spans: Span[] = [];
  // No closures: a full read runs this function a million times.
  let open: Span | undefined;
  let removedAt = -Infinity;
  for (let index = 0; index < steps.length; index++) {
    const { at, kind, role } = steps[index]!;
    if (kind === 'remove') {
      removedAt = at;
      if (index === 0) spans.push(openedBy(steps[index]!, -Infinity));
      else if (!open) continue;
      spans.at(-1)!.to = at;
      open = undefined;
    } else if (open) {
      open.role = role ?? open.role;
    } else {
      open = openedBy(steps[index]!, kind === 'add' ? at : removedAt);
      spans.push(open);
    }
  }
  if (open && closedAt !== undefined) open.to = closedAt;
  return spans;
}

function openedBy({ at, kind, role }: TimedStep, from: number): Span {
  const isAddition = kind === 'add';
  return { from, to: Infinity, role: role ?? DEFAULT_ROLE, openedAt: at, isAddition };
}

/** When a span began, in milliseconds since 1970; undefined for an unknown start. */
export function startOf({ from, isAddition }: Span): number | undefined {
  return isAddition ? from : undefined;
}
