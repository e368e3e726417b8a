import { having, text, type TimedEvent } from './events.js';
import { oncePerHistory, oncePerKey } from './once.js';
import { compareBytes, dayOf, startOfDay, wholeSecond } from './time.js';

/** The two kinds of subjects, created, updated and deleted by the same rules. */
export type Subject = 'user' | 'org';

/** A moment after every fact, and before Infinity, which means never. */
export const ALL_KNOWN = Number.MAX_VALUE;

const ID_FIELD = { user: 'user_id', org: 'org_id' } as const;

const idsOf = oncePerHistory((_: readonly TimedEvent[]) => new Map<Subject, string[]>());

/** Every id that has a creation event; others are "known only by id". Sorted by id, as bytes. */
export function createdIds(history: readonly TimedEvent[], subject: Subject): readonly string[] {
  return oncePerKey(idsOf(history), subject, () => {
    const ids = history
      .filter((event) => event.type === `${subject}.created`)
      .map((event) => text(event, ID_FIELD[subject]));
    return [...new Set(ids)].sort(compareBytes);
  });
}

/** "`data.created_at`, else the event's time": unix seconds or RFC 3339, in unix ms here. */
function creationTime(event: TimedEvent): number {
  const createdAtField = event.data['created_at'];
  if (typeof createdAtField === 'number') return createdAtField * 1000;
  if (typeof createdAtField === 'string') return Date.parse(createdAtField);
  return event.at;
}

function creationTimes(history: readonly TimedEvent[], subject: Subject, id: string): number[] {
  return having(history, `${subject}.created`, ID_FIELD[subject], id).map(creationTime);
}

/** `created_at`: the time of the earliest creation of that id, in unix ms; Infinity when there is none. */
export function createdAt(history: readonly TimedEvent[], subject: Subject, id: string): number {
  return Math.min(...creationTimes(history, subject, id));
}

/** "A deleted id stays deleted, from its first deletion on": unix ms, Infinity when never. */
function deletedAt(history: readonly TimedEvent[], subject: Subject, id: string): number {
  return Math.min(
    ...having(history, `${subject}.deleted`, ID_FIELD[subject], id).map((event) => event.at),
  );
}

/** Whether a deletion is known, "also when the deletion is dated ahead". */
export function isDeleted(history: readonly TimedEvent[], subject: Subject, id: string): boolean {
  return deletedAt(history, subject, id) !== Infinity;
}

/** "created at or before T, not deleted at or before T"; T in unix ms, `ALL_KNOWN` for now. */
export function existsAt(
  history: readonly TimedEvent[],
  subject: Subject,
  id: string,
  atMs: number,
): boolean {
  const at = wholeSecond(atMs);
  return (
    wholeSecond(createdAt(history, subject, id)) <= at &&
    wholeSecond(deletedAt(history, subject, id)) > at
  );
}

/**
 * "per field, the value carried by the latest event that carries it; a carried `null` clears the field (in
 * `user.created` a `null` e-mail is an absent one)".
 */
export function profileField(
  history: readonly TimedEvent[],
  subject: Subject,
  id: string,
  field: string,
): unknown {
  let value: unknown = null;
  for (const event of history) {
    const carrier = event.type === `${subject}.created` || event.type === `${subject}.updated`;
    if (!carrier || event.data[ID_FIELD[subject]] !== id) continue;
    const carried = event.data[field];
    const isAbsent = carried === undefined || (carried === null && field === 'email');
    if (!isAbsent) value = carried;
  }
  return value;
}

/** The instants (unix ms) at which the user was active: `user.active` events and all creations. */
function activeInstants(history: readonly TimedEvent[], userId: string): number[] {
  const activity = having(history, 'user.active', 'user_id', userId).map((event) => event.at);
  return [...activity, ...creationTimes(history, 'user', userId)];
}

const daysOf = oncePerHistory((_: readonly TimedEvent[]) => new Map<string, number[]>());

/** "Any number of events on a day is one active day"; deletion makes no difference. Ascending. */
export function activeDays(history: readonly TimedEvent[], userId: string): readonly number[] {
  return oncePerKey(daysOf(history), userId, () =>
    [...new Set(activeInstants(history, userId).map(dayOf))].sort((a, b) => a - b),
  );
}

/** "the set of orgs that the user's activity named on a day, N(u, d). A creation names none." */
export function namedOrgs(
  history: readonly TimedEvent[],
  userId: string,
  day: number,
): Set<string> {
  const activity = having(history, 'user.active', 'user_id', userId);
  const named = activity.filter(
    ({ at, data }) => typeof data['org_id'] === 'string' && dayOf(at) === day,
  );
  return new Set(named.map((event) => text(event, 'org_id')));
}

/** Every user id that was ever active, created or not. */
export function everActive(history: readonly TimedEvent[]): string[] {
  const ids = history
    .filter((event) => event.type === 'user.active' || event.type === 'user.created')
    .map((event) => text(event, 'user_id'));
  return [...new Set(ids)];
}

/**
 * "the latest of them, to the second, never null. As of a T before it: the start of the user's
 * last active day not after D, or `created_at` if that is later." T and the answer in unix s.
 */
export function lastActiveAt(
  history: readonly TimedEvent[],
  userId: string,
  reportTime: number,
): number {
  const latest = Math.max(...activeInstants(history, userId).map(wholeSecond));
  if (latest <= reportTime) return latest;
  const today = dayOf(reportTime * 1000);
  const lastDay = Math.max(...activeDays(history, userId).filter((day) => day <= today));
  return Math.max(
    wholeSecond(startOfDay(lastDay)),
    wholeSecond(createdAt(history, 'user', userId)),
  );
}

/** "The invitee's address (trimmed, lower case)", once for each invite sent in the given days. */
export function inviteesOf(
  history: readonly TimedEvent[],
  userId: string,
  days: Days,
): Set<string> {
  const invites = having(history, 'user.invited_to_org', 'inviter_user_id', userId);
  return new Set(
    invites
      .filter((event) => isIn(days, dayOf(event.at)))
      .map((event) => text(event, 'invitee_email').trim().toLowerCase()),
  );
}

/** An inclusive run of days. */
export interface Days {
  first: number;
  last: number;
}

/** Whether the day is one of them. */
export function isIn(days: Days, day: number): boolean {
  return days.first <= day && day <= days.last;
}
