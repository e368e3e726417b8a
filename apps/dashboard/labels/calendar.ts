import type { WeekStart } from '#libs/contracts';

/** The calendar of the store: days and times of every page are in its zone. Set after sign-in. */
let dates = datesIn('UTC');
let moments = momentsIn('UTC');
let firstWeekday = 1;

const WEEKDAYS: Record<WeekStart, number> = { sunday: 0, monday: 1, saturday: 6 };

export function setCalendar(zone: string, weekStart: WeekStart): void {
  dates = datesIn(zone);
  moments = momentsIn(zone);
  firstWeekday = WEEKDAYS[weekStart];
}

/** The day of an instant in unix seconds, `2026-01-31`. */
export const dayOf = (seconds: number): string => dates.format(seconds * 1000);

/** An instant in unix seconds, with the zone. */
export const formatMoment = (seconds: number): string => moments.format(seconds * 1000);

/** The index of a day in its week, from 0. */
export const weekday = (day: string): number => (new Date(day).getUTCDay() - firstWeekday + 7) % 7;

/** Swedish dates have the form of ISO 8601. */
function datesIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('sv-SE', { timeZone });
}

function momentsIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(undefined, {
    ...{ timeZone, timeZoneName: 'short', year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: 'numeric', minute: '2-digit' },
  });
}
