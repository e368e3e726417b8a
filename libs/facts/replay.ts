import type { StepKind } from './batch.js';

/** A step of one (user, org) pair; `at` in milliseconds since 1970. */
export interface TimedStep {
  at: number;
  kind: StepKind;
  role: string | null;
}

/** The user was a member from `from` to `to`, both days whole; infinite where not known or still open. */
interface Span {
  from: number;
  to: number;
  role: string;
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
 * - `closedAt`, the deletion of the user or of the org, closes an open span and is one removal.
 *
 * An unknown start reaches back to the pair's previous removal, else without limit.
 * @param steps in the order of their stamps, those up to the moment in question and before `closedAt`
 */
export function replay(steps: readonly TimedStep[], closedAt?: number): Membership {
  const membership: Membership = { spans: [], additions: [], removals: [] };
  let open: { from: number; role: string | null } | undefined;
  const close = (at: number) => {
    if (open) membership.spans.push({ from: open.from, to: at, role: open.role ?? DEFAULT_ROLE });
    open = undefined;
  };
  const remove = (at: number) => {
    close(at);
    membership.removals.push(at);
  };
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'remove') {
      if (index === 0) open = { from: -Infinity, role: null };
      if (open) remove(step.at);
      continue;
    }
    if (open) {
      open.role = step.role ?? open.role;
      continue;
    }
    const known = step.kind === 'add';
    if (known) membership.additions.push(step.at);
    open = { from: known ? step.at : (membership.removals.at(-1) ?? -Infinity), role: step.role };
  }
  if (open && closedAt !== undefined) remove(closedAt);
  close(Infinity);
  return membership;
}
