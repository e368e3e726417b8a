import { isAway } from './absences.js';
import { workSecond, type Person } from './people.js';
import type { Script } from './script.js';

/** Adds one event per active day of a person. The signup itself makes its day active. */
export function addActivity(script: Script, person: Person): void {
  const { calendar, random } = script;
  for (let day = person.createdDay + 1; day <= person.lastDay; day++) {
    if (!isActive(script, person, day)) continue;
    const at = calendar.at(day, workSecond(random, person.startSecond));
    script.add(at, 'user.active', { user_id: person.userId });
  }
}

function isActive({ calendar, random }: Script, person: Person, day: number): boolean {
  if (person.pinnedDays.has(day)) return true;
  if (isAway(person.absences, day)) return false;
  return random.chance(calendar.isWeekend(day) ? person.weekend : person.weekday);
}
