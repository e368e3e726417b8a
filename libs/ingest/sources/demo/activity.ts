import { isAway } from './absences.js';
import { workSecond, type Person } from './people.js';
import type { Script } from './script.js';

/** Adds one event per active day of a person. The signup itself makes its day active. */
export function addActivity(script: Script, person: Person): void {
  const { calendar, random } = script;
  for (let day = person.createdDay + 1; day <= person.lastDay; day++) {
    if (!isActive(script, person, day)) continue;
    const at = calendar.at(day, workSecond(random, person.startSecond));
    const orgId = placeOf(script, person, day);
    script.add(at, 'user.active', { user_id: person.userId, ...(orgId && { org_id: orgId }) });
  }
}

/** Probability that activity names a company. */
const NAMED_SHARE = 0.6;

/** The company that the activity of a day names: mostly the person's first. */
function placeOf({ placeRandom }: Script, person: Person, day: number): string | undefined {
  const places = person.places.filter(({ fromDay }) => fromDay <= day);
  const isNamed = placeRandom.chance(NAMED_SHARE);
  const place = placeRandom.chance(0.7) ? places[0] : places.at(-1);
  // On a pinned day, the company of a story is active.
  return isNamed && !person.pinnedDays.has(day) ? place?.orgId : undefined;
}

function isActive({ calendar, random }: Script, person: Person, day: number): boolean {
  if (person.pinnedDays.has(day)) return true;
  if (isAway(person.absences, day)) return false;
  return random.chance(calendar.isWeekend(day) ? person.weekend : person.weekday);
}
