import { KnownFacts, loadLastActive } from '#libs/facts';
import { allDone, type Connection } from '#libs/platform';
import type { ActivityMasks } from './activity-masks.js';
import { KnownMasks } from './known-masks.js';
import { orgFacts } from './org-facts.js';
import type { OrgThread } from './org-thread.js';
import type { Moment, RunFacts } from './run-facts.js';
import { RunMemory } from './run-memory.js';
import { userFacts } from './user-facts.js';

const USER_KEYS = 'select coalesce(max(id), 0) + 1 as keys from user_ids';

/** What a run knows for the next one. */
export interface Known {
  facts: KnownFacts;
  masks: KnownMasks;
  /** What its facts are in. */
  memory: RunMemory;
}

interface Loaded {
  facts: RunFacts;
  known: Known;
  /** Whether all was read anew, rather than what had changed. */
  isAnew: boolean;
}

/**
 * Reads the facts of a run as of its moment: what happened after T is not there.
 * @param pair two connections with the same picture of the store, so that all rankings are of one
 *   moment: PostgreSQL reads for both at the same time
 * @param thread adds up by org, begun before users are placed
 * @param before what an earlier run knew, of which only the changes are read; not to be used any more
 */
export async function loadFacts(
  pair: readonly [Connection, Connection],
  moment: Moment,
  thread: OrgThread,
  before?: Known,
): Promise<Loaded> {
  const [one, other] = pair;
  const memory = before?.memory ?? new RunMemory();
  memory.release();
  const { rows } = await one.query<{ keys: number }>(USER_KEYS);
  const [facts, { known: masks, activity, lastActiveAt }] = await allDone([
    knownFacts(pair, before?.facts).then(async (known) => {
      await known.updateMemberships(other);
      return known;
    }),
    knownMasks(one, moment.day, rows[0]!.keys, before?.masks).then(async (known) => {
      const latest = memory.words(known.activity.size);
      await loadLastActive(one, latest);
      return { ...known, lastActiveAt: latest };
    }),
  ]);
  const [orgs, users] = await allDone([
    orgFacts(moment, facts, activity, thread, memory),
    userFacts(one, moment, facts, activity, lastActiveAt, memory),
  ]);
  const isAnew = facts !== before?.facts || masks !== before.masks;
  return { facts: { moment, users, orgs, memory }, known: { facts, masks, memory }, isAnew };
}

async function knownFacts(
  pair: readonly [Connection, Connection],
  before: KnownFacts | undefined,
): Promise<KnownFacts> {
  return before && (await before.update(pair[1])) ? before : KnownFacts.read(pair);
}

/** The activity of the 90 days up to one, and what is kept for the next time, which may be of a later day. */
async function knownMasks(
  db: Connection,
  day: number,
  size: number,
  before: KnownMasks | undefined,
): Promise<{ activity: ActivityMasks; known: KnownMasks }> {
  if (before?.reaches(day)) {
    const known = (await before.update(db, size, day))
      ? before
      : await KnownMasks.read(db, day, size);
    return { activity: known.masks, known };
  }
  const read = await KnownMasks.read(db, day, size);
  return { activity: read.masks, known: before && (await before.update(db, size)) ? before : read };
}
