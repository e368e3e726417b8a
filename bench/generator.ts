import { startChild, type Child } from './child.js';
import type { Load, Loaded } from './load-generator.js';

/** The load generator, a separate process. */
export type Generator = Child<Load, Loaded>;

export const startGenerator = (): Promise<Generator> =>
  startChild(new URL('./load-generator.js', import.meta.url));

export const portOf = ({ origin }: { origin: string }): number => Number(new URL(origin).port);

/** @throws Error unless every reply was 200 */
export function onlyAccepted(loaded: Loaded): Loaded {
  const wrong = [...loaded.statuses].filter(([status]) => status !== 200);
  if (wrong.length === 0 && loaded.accepted.length > 0) return loaded;
  throw new Error(`Answered with ${wrong.map(([status, count]) => `${count} × ${status}`).join()}`);
}

/** Replies with status 200 per second. */
export const rateOf = ({ accepted, seconds }: Loaded): number => accepted.length / seconds;

/** The quantile of the values: `share` 0.99 is the 99th percentile. */
export function percentile(values: Float64Array, share: number): number {
  return values.toSorted()[Math.ceil(values.length * share) - 1]!;
}
