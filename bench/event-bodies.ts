import { DAY_MS } from '#libs/contracts';
import { chance } from './reference/random.js';

/** The number of events of an active user in the measured time. */
const EVENTS_A_USER = 5;

/** Random numbers from 0 to 1 (exclusive), the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let place = 0;
  return () => chance(seed, place++);
}

export interface BodiesWanted {
  /** The ids of all users; the active users are spread evenly over them. */
  userIds: readonly string[];
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

/** Generates `user.active` events. */
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
