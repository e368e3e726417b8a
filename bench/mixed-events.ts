import { activityEvents, bodies, randomFrom, type BodiesWanted } from './event-bodies.js';
import { userTraits } from './reference/traits.js';

export interface MixWanted extends BodiesWanted {
  orgIds: readonly string[];
}

/** The number of events of each type per thousand; all others are activity. */
const SHARES = {
  'user.created': 40,
  'user.updated': 30,
  'user.deleted': 1,
  'org.created': 10,
  'org.updated': 8,
  'org.deleted': 1,
  'user.added_to_org': 50,
  'user.removed_from_org': 20,
  'user.role_changed_within_org': 20,
  'user.invited_to_org': 20,
};
const ROLES = ['Owner', 'Admin', 'Member'];

/** Bodies of events of every type, four fifths of them activity; no event is repeated. */
export function mixedBodies(wanted: MixWanted): Buffer[] {
  const random = randomFrom(wanted.seed + 1);
  const active = activityEvents(wanted);
  const write = writer(wanted, random);
  let count = 0;
  return bodies(wanted, () => {
    const type = typeAt(random() * 1000);
    if (type === undefined) return active();
    const time = new Date(wanted.now - Math.floor(random() * 3_600_000)).toISOString();
    const id = `mix-${wanted.seed}-${count++}`;
    return { id, type, time, data: write[type](id) };
  });
}

type MixedType = keyof typeof SHARES;

function typeAt(place: number): MixedType | undefined {
  let sum = 0;
  for (const [type, share] of Object.entries(SHARES)) {
    sum += share;
    if (place < sum) return type as MixedType;
  }
  return undefined;
}

/** The data of an event of each type: creations have new ids, all other events existing ones. */
function writer(
  { userIds, orgIds }: MixWanted,
  random: () => number,
): Record<MixedType, (id: string) => object> {
  const one = (values: readonly string[]) => values[Math.floor(random() * values.length)]!;
  const traits = () => Object.fromEntries(userTraits(Math.floor(random() * 2 ** 32)));
  const pair = () => ({ user_id: one(userIds), org_id: one(orgIds) });
  return {
    'user.created': (id) => ({
      ...{ user_id: `user-${id}`, email: `${id}@example.com`, username: id },
      traits: traits(),
    }),
    'user.updated': (id) => ({
      ...{ user_id: one(userIds), first_name: 'Ada', last_name: id },
      traits: traits(),
    }),
    'user.deleted': () => ({ user_id: one(userIds) }),
    'org.created': (id) => ({ org_id: `org-${id}`, name: `Org ${id}` }),
    'org.updated': (id) => ({ org_id: one(orgIds), name: `Org ${id}` }),
    'org.deleted': () => ({ org_id: one(orgIds) }),
    'user.added_to_org': () => ({ ...pair(), role: one(ROLES) }),
    'user.removed_from_org': pair,
    'user.role_changed_within_org': () => ({ ...pair(), role: one(ROLES) }),
    'user.invited_to_org': (id) => ({
      inviter_user_id: one(userIds),
      org_id: one(orgIds),
      invitee_email: `${id}@example.com`,
    }),
  };
}
