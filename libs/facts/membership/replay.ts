import type { StepKind } from './step-kind.js';

/** A step of one (user, org) pair; `at` in milliseconds since 1970. */
export interface TimedStep {
  at: number;
  kind: StepKind;
  role: string | null;
}

/**
 * The user was a member from `from` to `to`, both days whole; infinite where not known or still open.
 * A span that ends is one removal. Times in milliseconds since 1970.
 */
export interface Span {
  from: number;
  to: number;
  role: string;
  /** When the step happened that tells of the span: as of any moment before, nothing is known of it. */
  toldAt: number;
  /** Whether that step is an addition, which was at `from`. */
  isAddition: boolean;
}

/** The role of a span in which none was ever told. */
const DEFAULT_ROLE = 'Member';

/**
 * Replays the steps of one (user, org) pair.
 * - An add while no member opens a span and is one addition; while a member it tells the role.
 * - A remove while a member closes the span and is one removal; as the first step known of the pair
 *   it is one removal of a span whose start is unknown; else it is nothing.
 * - A role change while no member opens a span whose start is unknown, and is no addition.
 * - `closedAt`, the deletion of the user or of the org, closes an open span. It is counted as a removal:
 *   of the org it shows nowhere, since a deleted org is in no report.
 *
 * An unknown start reaches back to the pair's latest removal step before it, whether that step counted
 * or not, else without limit.
 *
 * As of an earlier moment T the spans are those whose first step is not after T, and a span that ended
 * later is open: a step only ever adds a span or ends the last one.
 * @param steps in the order of their stamps, those before `closedAt`
 */
export function replay(steps: readonly TimedStep[], closedAt?: number): Span[] {
  const spans: Span[] = [];
  // No closures here: this runs a million times when all is read.
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
  return { from, to: Infinity, role: role ?? DEFAULT_ROLE, toldAt: at, isAddition };
}

/** When a span began, in milliseconds since 1970; undefined for an unknown start. */
export function startOf({ from, isAddition }: Span): number | undefined {
  return isAddition ? from : undefined;
}
