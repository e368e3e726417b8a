import { unixSeconds } from '#libs/contracts';
import { startOf, type Span } from '#libs/facts';

/** The start of a membership in unix seconds; null when unknown. */
export function sinceOf(span: Span): number | null {
  const start = startOf(span);
  return start === undefined ? null : unixSeconds(start);
}
