import { FactReplica, loadLastActive } from '#libs/facts';
import { settleAll, type Connection } from '#libs/database';
import type { ActivityBitmaps } from '../engine/activity-bitmaps.js';
import { ActivityReplica } from './activity-replica.js';
import { orgFacts } from '../engine/org-facts.js';
import type { OrgThread } from '../engine/org-thread.js';
import type { Moment, RunFacts } from '../engine/run-facts.js';
import { ScratchBuffers } from '../engine/scratch-buffers.js';
import { userFacts } from './user-facts.js';

const USER_KEYS = 'select coalesce(max(id), 0) + 1 as keys from user_ids';

/** The replicas that a run keeps for the next one. */
export interface RunReplica {
  facts: FactReplica;
  masks: ActivityReplica;
  /** Holds the facts of the run. */
  memory: ScratchBuffers;
}

interface Loaded {
  facts: RunFacts;
  known: RunReplica;
  /** Whether everything was read, not only the changes. */
  isFullRead: boolean;
}

/**
 * Reads the facts of a run as of its moment, without later facts.
 * @param pair two connections with the same database snapshot, which PostgreSQL serves in parallel
 * @param thread tallies orgs while users are sorted
 * @param before the replicas of an earlier run, to which only changes are applied; not usable afterwards
 */
export async function loadFacts(
  pair: readonly [Connection, Connection],
  moment: Moment,
  thread: OrgThread,
  before?: RunReplica,
): Promise<Loaded> {
  const [one, other] = pair;
  const memory = before?.memory ?? new ScratchBuffers();
  memory.rewind();
  const { rows } = await one.query<{ keys: number }>(USER_KEYS);
  const [facts, { known: masks, activity, lastActiveAt }] = await settleAll([
    factReplica(pair, before?.facts).then(async (known) => {
      await known.updateMemberships(other);
      return known;
    }),
    activityReplica(one, moment.day, rows[0]!.keys, before?.masks).then(async (known) => {
      const latest = memory.allocate(known.activity.size);
      await loadLastActive(one, latest);
      return { ...known, lastActiveAt: latest };
    }),
  ]);
  const [orgs, users] = await settleAll([
    orgFacts(moment, facts, activity, thread, memory),
    userFacts(one, moment, facts, activity, lastActiveAt, memory),
  ]);
  const isFullRead = facts !== before?.facts || masks !== before.masks;
  return { facts: { moment, users, orgs, memory }, known: { facts, masks, memory }, isFullRead };
}

async function factReplica(
  pair: readonly [Connection, Connection],
  before: FactReplica | undefined,
): Promise<FactReplica> {
  return before && (await before.update(pair[1])) ? before : FactReplica.read(pair);
}

/** The activity of the 90 days up to `day`, and the replica for the next run, which may be of a later day. */
async function activityReplica(
  db: Connection,
  day: number,
  size: number,
  before: ActivityReplica | undefined,
): Promise<{ activity: ActivityBitmaps; known: ActivityReplica }> {
  if (before?.reaches(day)) {
    const known = (await before.update(db, size, day))
      ? before
      : await ActivityReplica.read(db, day, size);
    return { activity: known.bitmaps, known };
  }
  const read = await ActivityReplica.read(db, day, size);
  return {
    activity: read.bitmaps,
    known: before && (await before.update(db, size)) ? before : read,
  };
}
