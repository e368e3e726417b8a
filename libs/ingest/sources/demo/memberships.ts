import { inviteColleague, inviteStrangers } from './invites.js';
import { addChanges } from './org-changes.js';
import type { Org } from './orgs.js';
import { castFounder } from './personas.js';
import { isAround, workSecond, type Directory, type Person } from './people.js';
import type { Script } from './script.js';
import { planStay } from './stays.js';
import { isShared, latestJoin } from './stories.js';
import { addTraitChanges, orgTraits } from './traits.js';

const MINUTE_MS = 60_000;

/** Share of joining people who already work for another company, such as advisers. */
const SECOND_ORG_SHARE = 0.06;

/** In orgs larger than this, fewer people join in the first weeks. */
const LARGE_SIZE = 25;

/**
 * Adds an org's history up to today: its foundation, and people who join and leave.
 * @param others people of other companies, who may also join this one
 * @returns the people who are new with this org
 */
export function fillOrg(
  script: Script,
  directory: Directory,
  org: Org,
  others: Person[],
): Person[] {
  const founder = found(script, directory, org);
  const people = [founder];
  for (const day of drawJoinDays(script, org)) {
    const known = drawKnown(script, org, others, day);
    const person = join(script, directory, org, day, known);
    if (person !== known) people.push(person);
  }
  inviteStrangers(script, directory, org);
  addChanges(script, org);
  addTraitChanges(script, org);
  return people;
}

function found(script: Script, directory: Directory, org: Org): Person {
  const persona = castFounder(script, org.createdDay, org.story);
  const person = directory.signUp(org.createdDay, persona, org.domain, 0.6);
  const foundedAt = person.createdAt + script.random.between(2, 15) * MINUTE_MS;
  const org_id = org.orgId;
  const traits = orgTraits(script, org);
  script.add(foundedAt, 'org.created', { org_id, name: org.name, traits });
  const addedAt = foundedAt + 1000;
  script.add(addedAt, 'user.added_to_org', { user_id: person.userId, org_id, role: 'Owner' });
  person.places.push({ orgId: org.orgId, fromDay: org.createdDay + 1 });
  org.members.push({ person, role: 'Owner', joinedDay: org.createdDay, addedAt });
  return person;
}

/**
 * The days on which people join, ascending. A share joins in the first three weeks, the rest at any
 * time; growing companies add more people recently.
 */
function drawJoinDays({ calendar, random }: Script, org: Org): number[] {
  const [first, last] = [org.createdDay + 1, latestJoin(org.story)];
  const growing = org.story.kind === 'growing';
  const early = org.size > LARGE_SIZE ? 0.2 : 0.5;
  const days = Array.from({ length: org.size - 1 }, () => {
    if (random.chance(early)) return calendar.drawDay(random, first, Math.min(last, first + 20));
    if (growing && random.chance(0.3)) return calendar.drawDay(random, Math.max(first, -88), last);
    return calendar.drawDay(random, first, last);
  });
  return days.filter((day) => day >= first).sort((one, other) => one - other);
}

function drawKnown(script: Script, org: Org, others: Person[], day: number): Person | undefined {
  const { random } = script;
  if (isShared(org.story) || !random.chance(SECOND_ORG_SHARE)) return undefined;
  const here = new Set(org.members.map((member) => member.person));
  const candidates = others.filter(
    (person) =>
      person.createdDay < day && person.lastDay === 0 && isAround(person, day) && !here.has(person),
  );
  return candidates.length > 0 ? random.pick(candidates) : undefined;
}

/** Lets a person join on a day: `known` from another company, otherwise a new person. */
function join(script: Script, directory: Directory, org: Org, day: number, known?: Person): Person {
  const { calendar, random } = script;
  const { persona, ...stay } = planStay(script, org.story, day);
  const person = known ?? directory.signUp(day, persona, org.domain);
  const addedAt = known
    ? calendar.at(day, workSecond(random, person.startSecond))
    : person.createdAt + random.between(1, 5) * MINUTE_MS;
  const role = random.chance(0.1) ? 'Admin' : 'Member';
  inviteColleague(script, org, person, day, role);
  const isForGood = known !== undefined || stay.leaveDay === undefined;
  if (isForGood) person.places.push({ orgId: org.orgId, fromDay: day + 1 });
  org.members.push({ person, role, joinedDay: day, addedAt, ...(known ? {} : stay) });
  const ids = { user_id: person.userId, org_id: org.orgId };
  script.add(addedAt, 'user.added_to_org', { ...ids, role });
  return person;
}
