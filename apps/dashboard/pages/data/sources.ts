import { now } from '../../words/clock.js';

const DAY_S = 86_400;

/** Where events come from, and when the last one came (unix seconds). */
export interface Source {
  source: string;
  kind: string;
  configured: boolean;
  last_event_at: number | null;
}

/** A source that has been silent for a day may be broken. */
export function isAlive({ last_event_at: at }: Source): boolean {
  return at !== null && now() / 1000 - at < DAY_S;
}

/** What an administrator is told besides. */
export interface SourceDetails extends Source {
  last_day: { type: string; outcome: string; count: number }[];
  dead_letters: { reason: string; count: number }[];
}
