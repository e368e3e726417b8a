import type { SourceState } from '#libs/contracts';
import { now } from '../../labels/clock.js';

const DAY_S = 86_400;

/** A source that has been silent for a day may be broken. */
export function isAlive({ last_event_at: at }: SourceState): boolean {
  return at !== null && now() / 1000 - at < DAY_S;
}
