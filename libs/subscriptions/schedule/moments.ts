import { DAY_MS, WEEKDAYS, type Calendar, type SubscriptionSchedule } from '#libs/contracts';

const MINUTE_MS = 60_000;
/** A week, and days that the zone may skip. */
const DAYS_AHEAD = 16;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = WEEKDAYS.indexOf('thursday');

/**
 * The first moment after `now` at which a subscription is due; undefined when it is due with every run. A time that the
 * zone skips is the first moment after the gap, a time that it repeats is the first of both, so each date has one moment.
 * A date that the zone skips has none.
 * @param now milliseconds since 1970, like the result
 */
export function nextMoment(
  schedule: SubscriptionSchedule,
  calendar: Calendar,
  now: number,
): number | undefined {
  if ('every' in schedule) return undefined;
  const timeMs = minutesOf('daily' in schedule ? schedule.daily : schedule.at) * MINUTE_MS;
  const today = calendar.dayOf(now);
  for (let day = today - DAY_MS; day <= today + DAYS_AHEAD * DAY_MS; day += DAY_MS) {
    if (!calendar.has(day)) continue;
    if ('weekly' in schedule && weekdayOf(day) !== schedule.weekly) continue;
    // The first instant with this local time or a later one.
    const moment = calendar.startOf(day + timeMs);
    if (moment > now) return moment;
  }
  throw new RangeError(`the zone ${calendar.zone} skips too many days`);
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

function weekdayOf(day: number): (typeof WEEKDAYS)[number] {
  const since = (day / DAY_MS + FIRST_WEEKDAY) % 7;
  return WEEKDAYS[since < 0 ? since + 7 : since]!;
}
