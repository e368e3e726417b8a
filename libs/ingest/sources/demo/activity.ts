import { isAway } from './absences.js';
import { workSecond, type Person } from './people.js';
import type { Script } from './script.js';

/** Tells a person's active days, one event each; the day of the signup is active by itself. */
export function tellActivity(script: Script, person: Person): void {
  const { calendar, random } = script;
  for (let day = person.createdDay + 1; day <= person.lastDay; day++) {
    if (!isActive(script, person, day)) continue;
    const at = calendar.at(day, workSecond(random, person.startSecond));
    script.tell(at, 'user.active', { user_id: person.userId });
  }
}

function isActive({ calendar, random }: Script, person: Person, day: number): boolean {
  if (person.pinnedDays.has(day)) return true;
  if (isAway(person.absences, day)) return false;
  return random.chance(calendar.isWeekend(day) ? person.weekend : person.weekday);
}
