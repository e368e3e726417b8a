import type { HistoryStep } from '../reference/memberships.js';

/** A span of membership in milliseconds since 1970; undefined if it has no limit or is still open. */
interface Span {
  from: number | undefined;
  to: number | undefined;
}

/** The result of a membership; additions and removals are the instants at which they count. */
export interface Replayed {
  spans: Span[];
  additions: number[];
  removals: number[];
}

/**
 * The rules of docs/semantics.md on memberships, implemented a second time without libs/, so that DuckDB gets
 * independent spans and errors of insightd show.
 * @param closedAt the deletion of the user or the org
 */
export function replaySteps(steps: readonly HistoryStep[], closedAt: number | undefined): Replayed {
  const replayed: Replayed = { spans: [], additions: [], removals: [] };
  const { spans, additions, removals } = replayed;
  const open = () => spans.find((span) => span.to === undefined);
  const close = (at: number) => {
    open()!.to = at;
    removals.push(at);
  };
  for (const [place, { kind, at }] of steps.entries()) {
    if (closedAt !== undefined && at > closedAt) break;
    if (kind === 'remove') {
      if (place === 0) spans.push({ from: undefined, to: undefined });
      if (open()) close(at);
    } else if (!open()) {
      if (kind === 'add') additions.push(at);
      spans.push({ from: kind === 'add' ? at : removals.at(-1), to: undefined });
    }
  }
  if (closedAt !== undefined && open()) close(closedAt);
  return replayed;
}
