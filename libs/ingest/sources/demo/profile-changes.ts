import { NAME_POOLS } from './names.js';
import { isAround, workSecond, type Directory, type Person } from './people.js';
import type { Script } from './script.js';

const UPDATED_SHARE = 0.06;

/** Adds a person's profile changes and the deletion of the account. */
export function addProfileChanges(script: Script, directory: Directory, person: Person): void {
  const { calendar, random } = script;
  const at = (day: number) => calendar.at(day, workSecond(random, person.startSecond));
  if (person.deletedDay !== undefined) {
    script.add(at(person.deletedDay), 'user.deleted', { user_id: person.userId });
  }
  if (!random.chance(UPDATED_SHARE)) return;
  const day = calendar.drawDay(random, person.createdDay + 1, person.lastDay);
  if (day <= person.createdDay || !isAround(person, day)) return;
  person.pinnedDays.add(day);
  const change = drawChange(script, directory, person);
  script.add(at(day), 'user.updated', { user_id: person.userId, ...change });
}

/** Draws a change: a new name, a new address, a new username or a removed one. */
function drawChange(
  { random }: Script,
  directory: Directory,
  { email, profile }: Person,
): Record<string, string | null> {
  const [handle = '', domain] = email.split('@');
  if (profile.username !== undefined && profile.first_name !== undefined) return { username: null };
  const names = random.pick(NAME_POOLS);
  const last = random.pick(names.last);
  if (profile.first_name === undefined) {
    return { first_name: random.pick(names.first).text, last_name: last.text };
  }
  if (random.chance(0.4)) return { last_name: last.text };
  if (random.chance(0.5)) return { username: handle.replace('.', '_') };
  const newEmail = directory.addressFor(`${handle.split('.')[0]}.${last.ascii}`, domain);
  return { last_name: last.text, email: newEmail };
}
