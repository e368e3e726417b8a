import { DEFAULT_ROLE, type TimedStep } from './replay.js';

/** A period in which a member had the role of an owner; milliseconds since 1970, `to` is `Infinity` while it lasts. */
export interface Ownership {
  from: number;
  to: number;
}

/**
 * The periods in which one user owned one org, in order. They begin and end with the steps of the pair: the replay is
 * that of `replay`, and an unknown start is the time of the first step. An ownership may have no length.
 *
 * As of a moment T, the ownerships with `from` <= T exist, and one that ends after T lasts.
 * @param steps in the order of their versions, without those after `closedAt`
 * @param roles the roles of owners
 * @param closedAt the deletion of the user or of the org
 */
export function ownershipsOf(
  steps: readonly TimedStep[],
  roles: ReadonlySet<string>,
  closedAt?: number,
): Ownership[] {
  const found: Ownership[] = [];
  let role: string | undefined;
  let current: Ownership | undefined;
  const changeRole = (at: number, next: string | undefined) => {
    role = next;
    const isOwner = next !== undefined && roles.has(next);
    if (isOwner && !current) found.push((current = { from: at, to: Infinity }));
    if (isOwner || !current) return;
    current.to = at;
    current = undefined;
  };
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!;
    const isRemoval = step.kind === 'remove';
    // A removal as the first step ends a span that no step opened.
    if (!isRemoval || index === 0) changeRole(step.at, step.role ?? role ?? DEFAULT_ROLE);
    if (isRemoval) changeRole(step.at, undefined);
  }
  if (closedAt !== undefined) changeRole(closedAt, undefined);
  return found;
}
