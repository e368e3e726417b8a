import { DAY_MS, formatDay, type Calendar, type HealthOnDay } from '#libs/contracts';
import { healthOf, type HealthWeights } from '#libs/reports';
import { createdBefore } from './list-changes.js';
import { healthFacts, type OrgOverTime } from './org-over-time.js';
import type { PastMoments } from './past-moments.js';

const WEEKS = 12;
/** An org has a health when it was created before W(14). */
const MIN_DAYS = 14;

/**
 * The health of an org as of the last day of each of the last 12 weeks that are over, and now.
 * @param createdAt milliseconds since 1970
 */
export function healthOverTime(
  org: OrgOverTime,
  createdAt: number,
  weights: HealthWeights,
  moments: PastMoments,
  calendar: Calendar,
): HealthOnDay[] {
  const { today } = moments;
  const lastEnd = calendar.startOfWeek(today) - DAY_MS;
  const ends = Array.from(
    { length: WEEKS },
    (_, week) => lastEnd - (WEEKS - 1 - week) * 7 * DAY_MS,
  );
  const age = moments.ageOf(createdAt);
  return [...ends, today].map((day) => {
    // A run as of a date that the zone skipped is one as of the date before it.
    const moment = moments.onDate((today - day) / DAY_MS)!;
    const facts = healthFacts(org, moment);
    const isOld = createdBefore(age, MIN_DAYS, moment);
    return {
      date: formatDay(day),
      num_users: facts.members,
      active_users: facts.active,
      health: isOld ? healthOf(facts, weights) : null,
    };
  });
}
