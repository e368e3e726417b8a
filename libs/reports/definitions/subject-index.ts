import type { Subject } from '#libs/contracts';
import { BITMAP_DAYS } from '../engine/bitmap-words.js';
import { valuesOf } from '../engine/columns.js';
import type { OrgFacts, RunFacts } from '../engine/run-facts.js';
import type { ScratchBuffers } from '../engine/scratch-buffers.js';
import { activeIn, windowOf } from './definition.js';

/** The window of `active_days_30` and `num_invites_30`, in days. */
const DAYS = 30;

/**
 * Computes a value of the index, as one value for each of some keys or by key. The creation, the last activity and the number of members are
 * not among these values: a snapshot has them for all reports.
 */
type IndexColumn = (
  facts: RunFacts,
) => { keys: Uint32Array; values: Uint32Array } | { byKey: Uint32Array };

/** The keys of the index of users or orgs, in the order of the ids. */
export function indexKeys({ users, orgs }: RunFacts, subject: Subject): Uint32Array {
  return subject === 'user' ? users.keysById : orgs.keys;
}

/** The values of the index by subject and name. */
const COLUMNS: Record<Subject, Record<string, IndexColumn>> = {
  user: {
    active_days_30: activeDays,
    num_orgs: ({ users }) => ({ byKey: users.openSpans }),
    num_invites_30: invitees,
  },
  org: {
    active_users_7: ofOrgs(({ activeUsers }) => activeUsers.last7),
    active_users_30: ofOrgs(({ activeUsers }) => activeUsers.last30),
    active_users_before: ofOrgs(({ activeUsers }) => activeUsers.before30),
    active_days_30: ofOrgs(({ activity, keys }, memory) => {
      const days = memory.allocate(keys.length);
      activity.countDays(DAYS, days);
      return days;
    }),
    last_active_day: ofOrgs(({ activity, keys }, memory) => {
      const latest = memory.allocate(keys.length);
      for (let position = 0; position < keys.length; position++)
        latest[position] = BITMAP_DAYS - (activity.latestAge(position) ?? BITMAP_DAYS);
      return latest;
    }),
    health_score: ofOrgs(scores),
  },
};

/** The names of the values of an index. */
export function indexColumns(subject: Subject): string[] {
  return Object.keys(COLUMNS[subject]);
}

/** A value of the index, by key; zeros for keys that are not in the index. In the memory of the facts. */
export function indexColumn(facts: RunFacts, subject: Subject, name: string): Uint32Array {
  const column = COLUMNS[subject][name]!(facts);
  if ('byKey' in column) return column.byKey;
  const { keys, values } = column;
  const size = subject === 'user' ? facts.users.openSpans.length : facts.orgs.size;
  return byKey(keys, values, size, facts.memory);
}

/** Users active in W(30) are a prefix of the positions. */
function activeDays(facts: RunFacts) {
  const { users, memory } = facts;
  const { possible } = activeIn(users, windowOf(facts, DAYS));
  const values = memory.allocate(possible);
  users.activity.countDays(DAYS, values);
  return { keys: users.keys.subarray(0, possible), values };
}

function invitees({ users, memory }: RunFacts) {
  const { positions, invitees: counts } = users.inviters;
  const keys = valuesOf(positions, users.keys, memory.allocate(positions.length));
  return { keys, values: counts[DAYS] };
}

function ofOrgs(column: (orgs: OrgFacts, memory: ScratchBuffers) => Uint32Array): IndexColumn {
  return ({ orgs, memory }) => ({ keys: orgs.keys, values: column(orgs, memory) });
}

/** One more than the score of each org; 0 without a health. */
function scores({ health }: OrgFacts, memory: ScratchBuffers): Uint32Array {
  const { listed, columns } = health;
  const found = memory.allocate(columns.score.length);
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
