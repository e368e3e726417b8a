import { DAY_MS } from '#libs/contracts';
import { chance } from './reference/random.js';
import type { ReferenceData } from './reference/reference-data.js';

/** The number of events of an active user in the measured time. */
const EVENTS_A_USER = 5;
/** The share of events that name an org. */
const NAMED = 0.5;

/** Random numbers from 0 to 1 (exclusive), the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let place = 0;
  return () => chance(seed, place++);
}

export interface BodiesWanted {
  /** The ids of all users; the active users are spread evenly over them. */
  userIds: readonly string[];
  /** The data that the ids are of. */
  data: ReferenceData;
  requests: number;
  eventsARequest: number;
  /** A different round makes other users active, with equally new days. */
  seed: number;
  now: number;
}

/**
 * Bodies with activity of the last day. Each user has five events on average, so most events repeat a known day and
 * some are the first of their day.
 */
export function activityBodies(wanted: BodiesWanted): Buffer[] {
  return bodies(wanted, activityEvents(wanted));
}

/** Bodies of the events from `next`; a body of one event is not a list. */
export function bodies(
  { requests, eventsARequest }: Pick<BodiesWanted, 'requests' | 'eventsARequest'>,
  next: () => object,
): Buffer[] {
  return Array.from({ length: requests }, () => {
    if (eventsARequest === 1) return Buffer.from(JSON.stringify(next()));
    return Buffer.from(JSON.stringify(Array.from({ length: eventsARequest }, next)));
  });
}

/** Generates `user.active` events; half of them name an org. */
export function activityEvents(wanted: BodiesWanted): () => object {
  const random = randomFrom(wanted.seed);
  const active = someUsers(wanted);
  let count = 0;
  return () => {
    const userId = active[Math.floor(random() * active.length)]!;
    return {
      id: `${wanted.seed}-${count++}`,
      type: 'user.active',
      time: new Date(wanted.now - Math.floor(random() * DAY_MS)).toISOString(),
      data: {
        user_id: userId,
        org_id: random() < NAMED ? firstOrgOf(wanted.data, userId) : undefined,
      },
    };
  };
}

/** The org of a user's first membership, which has the user's index. Few users have none. */
function firstOrgOf(data: ReferenceData, userId: string): string | undefined {
  const index = data.userIndex(userId);
  const { user, org } = data.pair(index);
  return user === index ? data.org(org).id : undefined;
}

function someUsers({ userIds, requests, eventsARequest, seed }: BodiesWanted): string[] {
  const wanted = Math.ceil((requests * eventsARequest) / EVENTS_A_USER);
  const step = Math.max(1, Math.floor(userIds.length / wanted));
  return userIds.filter((_, index) => index % step === seed % step);
}
