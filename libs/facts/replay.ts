import type { StepKind } from './batch.js';

/** A step of one (user, org) pair; `at` in milliseconds since 1970. */
export interface TimedStep {
  at: number;
  kind: StepKind;
  role: string | null;
}

/** The user was a member from `from` to `to`, both days whole; infinite where not known or still open. */
export interface Span {
  from: number;
  to: number;
  role: string;
  /** When the step was that told of it: before that nobody knew, even where `from` is earlier. */
  toldAt: number;
}

/** What a pair's steps amount to. Times in milliseconds since 1970. */
export interface Membership {
  spans: Span[];
  additions: number[];
  removals: number[];
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
 * An unknown start reaches back to the pair's previous removal, else without limit.
 * @param steps in the order of their stamps, those up to the moment in question and before `closedAt`
 */
export function replay(steps: readonly TimedStep[], closedAt?: number): Membership {
  const membership: Membership = { spans: [], additions: [], removals: [] };
  const { spans, additions, removals } = membership;
  // The open span, if there is one. No closures here: this runs a million times in a report run.
  let from: number | undefined;
  let toldAt = 0;
  let role: string | null = null;
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!;
    if (step.kind === 'remove') {
      if (index === 0) {
        from = -Infinity;
        toldAt = step.at;
      }
      if (from === undefined) continue;
      spans.push({ from, to: step.at, role: role ?? DEFAULT_ROLE, toldAt });
      removals.push(step.at);
      from = undefined;
    } else if (from !== undefined) {
      role = step.role ?? role;
    } else {
      const isKnown = step.kind === 'add';
      if (isKnown) additions.push(step.at);
      from = isKnown ? step.at : (removals.at(-1) ?? -Infinity);
      role = step.role;
      toldAt = step.at;
    }
  }
  if (from !== undefined) {
    spans.push({ from, to: closedAt ?? Infinity, role: role ?? DEFAULT_ROLE, toldAt });
    if (closedAt !== undefined) removals.push(closedAt);
  }
  return membership;
}

/** When a span began, for those of which that was told; undefined where it is only known that it had begun. */
export function startOf({ from, toldAt }: Span): number | undefined {
  return from === toldAt ? from : undefined;
}
