import { formatDay, type ListChange } from '#libs/contracts';
import { isSlipping } from '#libs/reports';
import type { OrgOverTime } from './org-over-time.js';
import { DAYS, MOMENTS, type PastMoments } from './past-moments.js';

const MOST_CHANGES = 50;

/** Whether an org is in a list, by moment. */
interface Listing {
  report: string;
  interval: string;
  isListed: boolean[];
}

/** The org's own input of its lists. */
interface Listed {
  org: OrgOverTime;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** By moment, among all orgs that exist. */
  championLost: boolean[];
  ownerLost: boolean[];
}

/** When an org entered and left lists on the last 84 days, newest first, at most 50. */
export function listChanges(listed: Listed, moments: PastMoments): ListChange[] {
  const listings = listingsOf(listed, moments);
  const changes: ListChange[] = [];
  for (let moment = 0; moment < DAYS; moment++) {
    // On a date that the zone skipped, nothing happened.
    if (moments.onDate(moment) !== moment) continue;
    const before = moments.onDate(moment + 1)!;
    for (const { report, interval, isListed } of listings) {
      if (isListed[moment] === isListed[before]) continue;
      const change = isListed[moment] ? 'entered' : 'left';
      changes.push({ date: formatDay(moments.dayOf(moment)), report, interval, change });
      if (changes.length === MOST_CHANGES) return changes;
    }
  }
  return changes;
}

function listingsOf(
  { org: { active }, createdAt, championLost, ownerLost }: Listed,
  moments: PastMoments,
): Listing[] {
  const age = moments.ageOf(createdAt);
  const oldest = moments.oldestWith(createdAt);
  const listing = (report: string, interval: string, is: (moment: number) => boolean) => ({
    ...{ report, interval },
    isListed: Array.from({ length: MOMENTS }, (_, moment) => moment <= oldest && is(moment)),
  });
  const slipping = (days: 14 | 30) =>
    listing('slipping', String(days), (moment) => {
      const isOld = createdBefore(age, 2 * days, moment);
      return isOld && isSlipping(active[`before${days}`][moment]!, active[`last${days}`][moment]!);
    });
  const churn = (days: 7 | 14 | 30) =>
    listing('churn', String(days), (moment) => {
      return createdBefore(age, days, moment) && active[`last${days}`][moment] === 0;
    });
  return [
    ...[slipping(14), slipping(30), churn(7), churn(14), churn(30)],
    listing('champion_lost', '30', (moment) => championLost[moment]!),
    listing('owner_lost', '30', (moment) => ownerLost[moment]!),
  ];
}

/** Whether an org was created before the last `days` days up to a moment. @param age of its creation */
export function createdBefore(age: number, days: number, moment: number): boolean {
  return age >= moment + days;
}
