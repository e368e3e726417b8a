import { between, chance } from './random.js';

const [INVITER, INVITEE, AT, ORG] = [301, 302, 303, 304];
/** Every fourth invite repeats the one before it. */
const REPEATS = 4;

/** An invite: inviter and org by index, the invitee as a number, the time in milliseconds since 1970. */
export interface Invite {
  inviter: number;
  invitee: number;
  inviteeEmail: string;
  org: number;
  at: number;
}

/** Half of all invites come from an eighth of the users. */
export function inviteOf(
  index: number,
  users: number,
  orgs: number,
  period: { from: number; before: number },
): Invite {
  const isRepeat = index % REPEATS === REPEATS - 1;
  const first = isRepeat ? index - 1 : index;
  const invitee = between(INVITEE, first, 0, users);
  const address = `invitee${invitee}@example.com`;
  return {
    inviter: Math.floor(users * chance(INVITER, first) ** 3),
    invitee,
    // The same address in another spelling.
    inviteeEmail: isRepeat ? ` ${address.toUpperCase()} ` : address,
    org: between(ORG, first, 0, orgs),
    at: between(AT, index, period.from, period.before),
  };
}
