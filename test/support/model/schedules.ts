import { DAY_MS, firstInstantAt } from './time.js';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** `{daily: "09:00"}` or `{weekly: "monday", at: "09:00"}`. */
export type ModelSchedule = { daily: string } | { weekly: string; at: string };

/**
 * The first moment after an instant at which a schedule is due in a zone; unix ms. A time that the clocks skip is due
 * when they have skipped it, and a time that they show twice is due the first time.
 */
export function nextDue(schedule: ModelSchedule, zone: string, after: number): number {
  const time = 'daily' in schedule ? schedule.daily : schedule.at;
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  const today = Math.floor(after / DAY_MS);
  for (let day = today - 2; ; day++) {
    const weekday = WEEKDAYS[new Date(day * DAY_MS).getUTCDay()];
    if ('weekly' in schedule && schedule.weekly !== weekday) continue;
    const due = firstInstantAt(day * DAY_MS + (hours * 60 + minutes) * 60_000, zone);
    if (due > after) return due;
  }
}
