import type { Member, Org } from './orgs.js';
import { workSecond } from './people.js';
import type { Script } from './script.js';
import { isShared } from './stories.js';

const OFFICE_START_SECOND = 8 * 3600;

const PROMOTED_SHARE = 0.07;
const HANDED_OVER_SHARE = 0.18;
/** The org of a founder who stepped down on this day or later has no owner yet. */
const OWNERLESS_SINCE = -27;
const RENAMED_SHARE = 0.08;
const NEW_ENDINGS = ['Group', 'International', 'Europe', 'Collective', 'Österreich'];

/** Adds the changes of an org after its people have joined: removals, roles, name, deletion. */
export function addChanges(script: Script, org: Org): void {
  for (const member of org.members) addStay(script, org, member);
  if (org.story.kind === 'closed') {
    script.add(officeHour(script, org.story.lastDay + 1), 'org.deleted', { org_id: org.orgId });
  }
  if (isShared(org.story)) return;
  handOver(script, org);
  for (const member of org.members.slice(1)) promote(script, org, member);
  rename(script, org);
}

function addStay(script: Script, org: Org, { person, role, leaveDay, rejoinDay }: Member): void {
  if (leaveDay === undefined) return;
  const ids = { user_id: person.userId, org_id: org.orgId };
  script.add(officeHour(script, leaveDay), 'user.removed_from_org', ids);
  if (rejoinDay === undefined) return;
  script.add(officeHour(script, rejoinDay), 'user.added_to_org', { ...ids, role });
}

function promote(script: Script, org: Org, member: Member): void {
  const { calendar, random } = script;
  if (!isHere(member) || member.joinedDay > -20 || !random.chance(PROMOTED_SHARE)) return;
  const day = calendar.drawDay(random, member.joinedDay + 10, -1);
  addRoleChange(script, org, member, day, member.role === 'Member' ? 'Admin' : 'Member');
}

/** The founder of a grown org makes someone else the owner, or has stepped down and the org has no owner yet. */
function handOver(script: Script, org: Org): void {
  const { random } = script;
  const [founder, ...others] = org.members;
  const heirs = others.filter((member) => isHere(member) && member.joinedDay < -60);
  if (!founder || heirs.length < 3 || !random.chance(HANDED_OVER_SHARE)) return;
  const day = script.calendar.drawDay(random, -50, -3);
  const heir = random.pick(heirs);
  addRoleChange(script, org, founder, day + 1, 'Admin');
  founder.role = 'Admin';
  if (day >= OWNERLESS_SINCE) return;
  addRoleChange(script, org, heir, day, 'Owner');
  heir.role = 'Owner';
}

function rename(script: Script, org: Org): void {
  const { calendar, random } = script;
  if (org.createdDay > -60 || !random.chance(RENAMED_SHARE)) return;
  const at = officeHour(script, calendar.drawDay(random, org.createdDay + 30, -2));
  const name = `${org.brand} ${random.pick(NEW_ENDINGS)}`;
  script.add(at, 'org.updated', { org_id: org.orgId, name });
}

function addRoleChange(script: Script, org: Org, member: Member, day: number, role: string): void {
  const ids = { user_id: member.person.userId, org_id: org.orgId };
  script.add(officeHour(script, day), 'user.role_changed_within_org', { ...ids, role });
}

function isHere({ person, role, leaveDay }: Member): boolean {
  return role !== 'Owner' && leaveDay === undefined && person.lastDay === 0;
}

function officeHour({ calendar, random }: Script, day: number): number {
  return calendar.at(day, workSecond(random, OFFICE_START_SECOND));
}
