import type { EventType } from '#libs/contracts';
import { addActivity } from './activity.js';
import { Calendar, FIRST_DAY } from './calendar.js';
import { fillOrg } from './memberships.js';
import { planOrgs } from './orgs.js';
import { Directory, type Person } from './people.js';
import { castPersona } from './personas.js';
import { addProfileChanges } from './profile-changes.js';
import { Random } from './random.js';
import { Script } from './script.js';

export { DEMO_TRAITS } from './traits.js';

/** A native event in wire form; `time` is RFC 3339. */
export interface DemoEvent {
  id: string;
  source: string;
  type: EventType;
  time: string;
  data: Record<string, unknown>;
}

const TRAITS_SEED = 1_000_003;
const PLACES_SEED = 2_000_003;

/** Number of users who try the product without a company. */
const LONERS = 200;

/**
 * The invented history of a company that sells software: about 2,000 users in 150 orgs over the 400
 * days up to `now`. Every report and chart has data.
 *
 * The same UTC day and seed give the same events; a later `now` on that day only adds events at the
 * end. Another day gives another history with the same event ids, so a store can hold only one.
 * @param options now: milliseconds since 1970; seed: a whole number, 1 by default
 * @returns native events in order of time, none after `now`
 */
export function* demoHistory(options: { now: number; seed?: number }): Generator<DemoEvent> {
  const { now, seed = 1 } = options;
  const script = new Script(
    new Calendar(now),
    new Random(seed),
    new Random(seed + TRAITS_SEED),
    new Random(seed + PLACES_SEED),
  );
  addHistory(script);
  let count = 0;
  for (const { at, type, data } of script.inOrder()) {
    if (at > now) return;
    const id = `demo-${String(++count).padStart(6, '0')}`;
    yield { id, source: 'demo', type, time: new Date(at).toISOString(), data };
  }
}

function addHistory(script: Script): void {
  const directory = new Directory(script);
  const people: Person[] = [];
  for (const org of planOrgs(script)) people.push(...fillOrg(script, directory, org, people));
  for (let left = LONERS; left > 0; left--) people.push(signUpAlone(script, directory));
  for (const person of people) addProfileChanges(script, directory, person);
  for (const person of people) addActivity(script, person);
}

function signUpAlone(script: Script, directory: Directory): Person {
  const day = script.calendar.drawGrowthDay(script.random, FIRST_DAY, 0);
  return directory.signUp(day, castPersona(script, day), undefined, 0.7);
}
