import { DAY_MS, formatDay, invalidField, type Calendar } from '#libs/contracts';

/** The days after the day of a backtest on which an org has to be active to be kept. */
export const DAYS_AFTER = 30;

/** The latest day whose 30 days after are over. @param today the first millisecond of the same date in UTC */
export function latestDay(calendar: Calendar, today: number): number {
  return onDate(calendar, today - (DAYS_AFTER + 1) * DAY_MS);
}

/** Up to `count` days, 30 days apart, up to the latest one; the earliest first. */
export function pastDays(calendar: Calendar, today: number, count: number): number[] {
  const latest = latestDay(calendar, today);
  const days = Array.from({ length: count }, (_, index) =>
    onDate(calendar, latest - (count - 1 - index) * DAYS_AFTER * DAY_MS),
  );
  return days.filter((day) => day >= 0);
}

/**
 * Checks the day of a backtest.
 * @param day the first millisecond of the same date in UTC
 * @throws ApiError `invalid` naming the latest possible day
 */
export function checkDay(calendar: Calendar, today: number, day: number): void {
  const latest = formatDay(latestDay(calendar, today));
  if (day < 0) throw invalidField('as_of', `must be a day from 1970-01-01 to ${latest}`);
  if (!calendar.has(day)) {
    const possible = `the latest possible day is ${latest}`;
    throw invalidField('as_of', `is a date that ${calendar.zone} skipped: ${possible}`);
  }
  if (day + DAYS_AFTER * DAY_MS >= today) {
    const why = `the ${DAYS_AFTER} days after ${formatDay(day)} are not over`;
    throw invalidField('as_of', `must be ${latest} or earlier (${calendar.zone}): ${why}`);
  }
}

/** The day, or the one before it when the zone skipped the date. */
function onDate(calendar: Calendar, day: number): number {
  return calendar.has(day) ? day : onDate(calendar, day - DAY_MS);
}
