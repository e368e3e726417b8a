import { DAY_MS, type Calendar } from '#libs/contracts';

/** Before and after every day. */
const [ALWAYS, FOR_EVER] = [-(2 ** 30), 2 ** 30];

/**
 * The day of the start or the end of a span, counted from 1970. The first and the last day of a span count fully.
 * @param ms milliseconds since 1970; infinite for an unknown start and an open end
 */
export function dayOf(ms: number, calendar: Calendar): number {
  if (ms === Infinity) return FOR_EVER;
  return ms === -Infinity ? ALWAYS : calendar.dayOf(ms) / DAY_MS;
}

/**
 * The earliest day of any instant from this one on, the first millisecond of the same date in UTC. Where a zone repeats
 * an hour across midnight, it is the day before.
 * @param ms milliseconds since 1970, or -Infinity
 */
export function earliestDayFrom(ms: number, calendar: Calendar): number {
  if (ms === -Infinity) return ms;
  const day = calendar.dayOf(ms);
  return calendar.settledFrom(day) <= ms ? day : day - DAY_MS;
}
