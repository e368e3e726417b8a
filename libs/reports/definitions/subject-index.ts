import type { Subject } from '#libs/contracts';
import { BITMAP_DAYS } from '../engine/bitmap-words.js';
import type { RunFacts, UserFacts } from '../engine/run-facts.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';
import { activeIn, windowOf } from './definition.js';
import { healthColumns } from './health.js';

/** The window of `active_days_30` and `num_invites_30`, in days. */
const DAYS = 30;

/**
 * A value of the index, by key; zeros for keys that are not in the index. The creation, the last activity and the
 * number of members are not among these values: a snapshot has them for all reports.
 */
interface IndexColumn {
  name: string;
  values: Uint32Array;
}

/** The index of users or orgs of a run. */
export interface SubjectIndex {
  /** The keys in the order of the ids. */
  keys: Uint32Array;
  /** Computes the columns one by one. Each is valid until the next is requested, unless it is one of the facts. */
  columns: () => Iterable<IndexColumn>;
}

export function subjectIndex(facts: RunFacts, subject: Subject): SubjectIndex {
  const { users, orgs } = facts;
  return subject === 'user'
    ? { keys: users.keysById, columns: () => userColumns(facts) }
    : { keys: orgs.keys, columns: () => orgColumns(facts) };
}

function* userColumns(facts: RunFacts): Generator<IndexColumn> {
  const { users, memory } = facts;
  const mark = memory.checkpoint();
  yield { name: 'active_days_30', values: activeDays(facts) };
  memory.rewind(mark);
  yield { name: 'num_orgs', values: users.openSpans };
  yield { name: 'num_invites_30', values: invitees(users, memory) };
  memory.rewind(mark);
}

/** Users active in W(30) are a prefix of the positions. */
function activeDays(facts: RunFacts): Uint32Array {
  const { users, memory } = facts;
  const { possible } = activeIn(users, windowOf(facts, DAYS));
  const counts = memory.allocate(possible);
  users.activity.countDays(DAYS, counts);
  return byKey(users.keys.subarray(0, possible), counts, users.openSpans.length, memory);
}

function invitees({ keys, openSpans, inviters }: UserFacts, memory: ScratchBuffers): Uint32Array {
  const { positions, invitees: counts } = inviters;
  const inviterKeys = memory.allocate(positions.length);
  for (let index = 0; index < positions.length; index++)
    inviterKeys[index] = keys[positions[index]!]!;
  return byKey(inviterKeys, counts[DAYS], openSpans.length, memory);
}

function* orgColumns(facts: RunFacts): Generator<IndexColumn> {
  const { orgs, memory } = facts;
  const { keys, activity, activeUsers } = orgs;
  const size = keys.reduce((most, key) => Math.max(most, key + 1), 0);
  const mark = memory.checkpoint();
  const days = memory.allocate(keys.length);
  activity.countDays(DAYS, days);
  const latest = memory.allocate(keys.length);
  for (let position = 0; position < keys.length; position++)
    latest[position] = BITMAP_DAYS - (activity.latestAge(position) ?? BITMAP_DAYS);
  const columns = {
    active_users_7: activeUsers.last7,
    active_users_30: activeUsers.last30,
    active_users_before: activeUsers.before30,
    active_days_30: days,
    last_active_day: latest,
    health_score: scores(facts),
  };
  const filled = memory.checkpoint();
  for (const [name, values] of Object.entries(columns)) {
    memory.rewind(filled);
    yield { name, values: byKey(keys, values, size, memory) };
  }
  memory.rewind(mark);
}

/** One more than the score of each org; 0 without a health. */
function scores(facts: RunFacts): Uint32Array {
  const { listed, columns } = healthColumns(facts);
  const found = facts.memory.allocate(columns.score.length);
  for (let position = 0; position < found.length; position++)
    found[position] = listed.has(position) ? columns.score[position]! + 1 : 0;
  return found;
}

/** The health score of an org; null for none. @param stored 0 for none, otherwise one more than the score */
export function healthScore(stored: number): number | null {
  return stored === 0 ? null : stored - 1;
}

/**
 * The last active day of an org, counted from 1970; null for none. The stored value is 0 for none and greater for a
 * later day, so that values sort like days.
 * @param day the day of the report, counted from 1970
 */
export function lastActiveDay(stored: number, day: number): number | null {
  return stored === 0 ? null : day - BITMAP_DAYS + stored;
}

/** @param size one more than the highest key */
function byKey(
  keys: Uint32Array,
  values: Uint32Array,
  size: number,
  memory: ScratchBuffers,
): Uint32Array {
  const column = memory.allocate(size).fill(0);
  for (let position = 0; position < keys.length; position++)
    column[keys[position]!] = values[position]!;
  return column;
}
