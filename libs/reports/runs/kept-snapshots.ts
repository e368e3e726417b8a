import { DAY_MS } from '#libs/contracts';
import type { Settings } from '#libs/platform';

/** How many snapshots are kept: of the latest runs, and of the last runs of the latest days and weeks with runs. */
export type KeptSnapshots = Pick<
  Settings,
  'SNAPSHOTS_HOURLY' | 'SNAPSHOTS_DAILY' | 'SNAPSHOTS_WEEKLY'
>;

/** A completed run that is kept. */
export interface PrunableRun {
  id: number;
  /** The day of its report, as the first millisecond of the same date in UTC. */
  day: number;
  /** Whether it is a requested run of a past day that must not be pruned yet. */
  isRequested: boolean;
}

const WEEK_MS = 7 * DAY_MS;
/** 1970-01-01 was a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** The runs to prune. @param completed the latest report time first */
export function expendable(completed: readonly PrunableRun[], kept: KeptSnapshots): number[] {
  const days = new Set<number>();
  const weeks = new Set<number>();
  const { SNAPSHOTS_HOURLY, SNAPSHOTS_DAILY, SNAPSHOTS_WEEKLY } = kept;
  return completed.flatMap(({ id, day, isRequested }, position) => {
    const week = Math.floor((day - FIRST_MONDAY_MS) / WEEK_MS);
    const isLastOfDay = !days.has(day);
    const isLastOfWeek = !weeks.has(week);
    days.add(day);
    weeks.add(week);
    const isKept =
      position < SNAPSHOTS_HOURLY ||
      (isLastOfDay && days.size <= SNAPSHOTS_DAILY) ||
      (isLastOfWeek && weeks.size <= SNAPSHOTS_WEEKLY);
    return isKept || isRequested ? [] : [id];
  });
}

/** The most snapshots that are kept, without requested runs of past days. */
export function mostKept({
  SNAPSHOTS_HOURLY,
  SNAPSHOTS_DAILY,
  SNAPSHOTS_WEEKLY,
}: KeptSnapshots): number {
  return SNAPSHOTS_HOURLY + SNAPSHOTS_DAILY + SNAPSHOTS_WEEKLY;
}
