import { DAY_MS } from '#libs/contracts';
import { chance } from './reference/random.js';

/** In the time that is looked at, a user who is active at all is so this often. */
const EVENTS_A_USER = 5;

/** Numbers from 0 up to 1, the same ones from the same seed. */
export function randomFrom(seed: number): () => number {
  let place = 0;
  return () => chance(seed, place++);
}

export interface BodiesWanted {
  /** All users there are; those who are active are spread evenly over them. */
  userIds: readonly string[];
  requests: number;
  eventsARequest: number;
  /** Another one makes other users active, whose day is as new. */
  seed: number;
  now: number;
}

/**
 * Bodies that say that users were active within the last day. Each user comes five times in the mean, so
 * most events repeat a day that is known already and some are the first of it.
 */
export function activityBodies(wanted: BodiesWanted): Buffer[] {
  return bodies(wanted, activityEvents(wanted));
}

/** Bodies of the events that `next` makes; the body of one event is no list. */
export function bodies(
  { requests, eventsARequest }: Pick<BodiesWanted, 'requests' | 'eventsARequest'>,
  next: () => object,
): Buffer[] {
  return Array.from({ length: requests }, () => {
    if (eventsARequest === 1) return Buffer.from(JSON.stringify(next()));
    return Buffer.from(JSON.stringify(Array.from({ length: eventsARequest }, next)));
  });
}

/** Makes one `user.active` after the other. */
export function activityEvents(wanted: BodiesWanted): () => object {
  const random = randomFrom(wanted.seed);
  const active = someUsers(wanted);
  let count = 0;
  return () => ({
    id: `${wanted.seed}-${count++}`,
    type: 'user.active',
    time: new Date(wanted.now - Math.floor(random() * DAY_MS)).toISOString(),
    data: { user_id: active[Math.floor(random() * active.length)]! },
  });
}

function someUsers({ userIds, requests, eventsARequest, seed }: BodiesWanted): string[] {
  const wanted = Math.ceil((requests * eventsARequest) / EVENTS_A_USER);
  const step = Math.max(1, Math.floor(userIds.length / wanted));
  return userIds.filter((_, index) => index % step === seed % step);
}
