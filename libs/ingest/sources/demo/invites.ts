import type { Member, Org } from './orgs.js';
import { isAround, workSecond, type Directory, type Person } from './people.js';
import type { Random } from './random.js';
import type { Script } from './script.js';
import { latestJoin } from './stories.js';

const MINUTE_MS = 60_000;

/** Share of joining people who were invited; the others use single sign-on. */
const INVITED_SHARE = 0.75;

/** Unanswered invites per joining person. */
const UNANSWERED_SHARE = 0.3;
const REMINDER_SHARE = 0.2;

/** Lets a member of the org invite the person, up to a week before that person joins. */
export function inviteColleague(
  script: Script,
  org: Org,
  person: Person,
  joinDay: number,
  role: string,
): void {
  const { calendar, random } = script;
  if (!random.chance(INVITED_SHARE)) return;
  let day = Math.max(org.createdDay, joinDay - random.between(1, 6));
  while (calendar.isWeekend(day) && day > org.createdDay) day--;
  const inviter = drawInviter(random, org, day);
  if (inviter) invite(script, org, inviter, day, { invitee_email: person.email, role });
}

/** Adds invites of people who never join, some of them twice. */
export function inviteStrangers(script: Script, directory: Directory, org: Org): void {
  const { calendar, random } = script;
  const last = latestJoin(org.story);
  for (let left = org.members.length; left > 0; left--) {
    if (!random.chance(UNANSWERED_SHARE)) continue;
    const day = calendar.drawDay(random, org.createdDay, last);
    const inviter = drawInviter(random, org, day);
    if (!inviter) continue;
    const invitation = { invitee_email: directory.strangerAt(org.domain), role: 'Member' };
    invite(script, org, inviter, day, invitation);
    const reminderDay = day + random.between(2, 6);
    if (!random.chance(REMINDER_SHARE) || reminderDay > last) continue;
    if (canInvite(inviter, reminderDay)) invite(script, org, inviter, reminderDay, invitation);
  }
}

function invite(
  script: Script,
  org: Org,
  { person, joinedDay, addedAt }: Member,
  day: number,
  invitation: { invitee_email: string; role: string },
): void {
  const { calendar, random } = script;
  const at =
    day === joinedDay
      ? addedAt + random.between(3, 40) * MINUTE_MS
      : calendar.at(day, workSecond(random, person.startSecond));
  person.pinnedDays.add(day);
  const ids = { inviter_user_id: person.userId, org_id: org.orgId };
  script.add(at, 'user.invited_to_org', { ...ids, ...invitation });
}

function drawInviter(random: Random, org: Org, day: number): Member | undefined {
  const candidates = org.members.filter((member) => canInvite(member, day));
  return random.pickWeighted(candidates, ({ person, role }) => {
    const duty = { Owner: 1.5, Admin: 0.5 }[role] ?? 0.01;
    return duty + person.inviteAppetite * 6;
  });
}

function canInvite({ person, joinedDay, leaveDay }: Member, day: number): boolean {
  return joinedDay <= day && day < (leaveDay ?? Infinity) && isAround(person, day);
}
