import { DAY_MS, endOfSecond, unixSeconds, type Calendar } from '#libs/contracts';

/** The days on which the changes of lists are shown, and the greatest age of the end of 12 weeks ago. */
export const DAYS = 84;

/** The number of moments: now, and the ends of the days before. One more than `DAYS`, because a zone may skip a date. */
export const MOMENTS = DAYS + 2;

/** The longest look back of a report from a moment, in days: P(30). */
const LOOK_BACK_DAYS = 60;

/** The ages that are read, in days before today: those of all moments and of their windows. */
export const AGES = MOMENTS - 1 + LOOK_BACK_DAYS;

/**
 * The moments as of which the page of an org looks back. Moment 0 is now, moment k is the end of the day k days before
 * today: the T of a run as of that day. Days are given by their age, the number of days before today.
 */
export class PastMoments {
  /** Today, the first millisecond of the same date in UTC. */
  readonly today: number;
  /** The last millisecond that counts, by moment; descending. */
  private readonly until: Float64Array;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly calendar: Calendar,
    now: number,
  ) {
    const today = calendar.dayOf(now);
    this.today = today;
    this.until = Float64Array.from({ length: MOMENTS }, (_, moment) => {
      const at = moment === 0 ? now : calendar.lastSecondOf(today - moment * DAY_MS);
      return endOfSecond(unixSeconds(at));
    });
  }

  /** The age of the day of an instant in milliseconds since 1970; negative in the future. */
  ageOf(ms: number): number {
    return (this.today - this.calendar.dayOf(ms)) / DAY_MS;
  }

  /** The day of an age, the first millisecond of the same date in UTC. */
  dayOf(age: number): number {
    return this.today - age * DAY_MS;
  }

  /** The first moment, from `moment` into the past, whose date the zone did not skip; undefined when all are earlier. */
  onDate(moment: number): number | undefined {
    for (let one = moment; one < MOMENTS; one++) if (this.calendar.has(this.dayOf(one))) return one;
    return undefined;
  }

  /** The oldest moment at or after an instant in milliseconds; -1 when all moments are before it. */
  oldestWith(ms: number): number {
    const { until } = this;
    // Of most members, who joined long ago and are members still.
    if (ms <= until[MOMENTS - 1]!) return MOMENTS - 1;
    if (ms > until[0]!) return -1;
    let [low, high] = [0, MOMENTS - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (until[middle]! >= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * Whether a span that begins at `from` existed at the end of its first day, so that each of its days counts as of every
   * moment from the day on.
   * @param known the oldest moment as of which the span exists
   */
  isKnownInTime(from: number, known: number): boolean {
    if (known === MOMENTS - 1) return true;
    return from !== -Infinity && known >= this.ageOf(from);
  }
}
