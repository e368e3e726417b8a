import type { Calendar } from '#libs/contracts';
import { FactReplica, expectCalendar, loadLastActive, readExcluded } from '#libs/facts';
import { committedOnAllNodes, settleAll, type Connection, type Snapshot } from '#libs/database';
import type { Settings } from '#libs/platform';
import { ActivityReplica } from './activity-replica.js';
import { lostOwners } from '../engine/lost-owners.js';
import { orgFacts, tallyingOf } from '../engine/org-facts.js';
import { tallyOrgs, type Tallying } from '../engine/org-tallies.js';
import type { Moment, RunFacts } from '../engine/run-facts.js';
import { ScratchBuffers } from '../engine/scratch-buffers.js';
import { healthColumns } from '../definitions/index.js';
import type { RunThreads } from './tasks.js';
import { userFacts } from './user-facts.js';

const USER_KEYS = 'select coalesce(max(id), 0) + 1 as keys from user_ids';

/** The settings of a run. */
export type RunSettings = Pick<Settings, 'OWNER_ROLES' | 'HEALTH_WEIGHTS'>;

/** The replicas that a run keeps for the next run. */
export interface RunReplica {
  facts: FactReplica;
  activity: ActivityReplica;
  /** The memory of the run's facts. */
  memory: ScratchBuffers;
}

interface Loaded {
  facts: RunFacts;
  /** The version of the exclusion rules. */
  exclusionsVersion: number;
  known: RunReplica;
  /** Whether everything was read, instead of only the changes. */
  isFullRead: boolean;
}

/**
 * Reads the facts of a run as of its moment, without later facts and without everything of excluded users and orgs.
 * @param calendar the calendar of the store
 * @param threads share the work after the reading
 * @param before the replicas of an earlier run, which this call updates; not usable afterwards
 */
export async function loadFacts(
  connections: Snapshot,
  moment: Moment,
  calendar: Calendar,
  settings: RunSettings,
  threads: RunThreads,
  before?: RunReplica,
): Promise<Loaded> {
  const [one, other] = connections;
  const healthWeights = settings.HEALTH_WEIGHTS;
  const memory = before?.memory ?? new ScratchBuffers();
  memory.rewind();
  await committedOnAllNodes(one);
  await expectCalendar(one, calendar);
  const excluded = await readExcluded(one);
  const { rows } = await one.query<{ keys: number }>(USER_KEYS);
  const [facts, { current, known: activity, lastActiveAt, named }] = await settleAll([
    factReplica(connections, calendar, settings.OWNER_ROLES, before?.facts).then(async (known) => {
      await known.updateMemberships(other);
      return known;
    }),
    activityReplica(one, calendar, moment.day, rows[0]!.keys, before?.activity).then(
      async (known) => {
        const { users, named } = known.current;
        const latest = memory.allocate(users.size);
        const loading = loadLastActive(one, latest);
        // While PostgreSQL reads.
        const byUser = named.activity(users, memory);
        await loading;
        return { ...known, lastActiveAt: latest, named: byUser };
      },
    ),
  ]);
  const openSpans = memory.allocate(rows[0]!.keys).fill(0);
  const tallying = tallyingOf(
    ...([moment, facts, excluded, current.users, named, memory, openSpans] as const),
  );
  const tallies = beginTallies(threads, tallying);
  const users = await userFacts(
    ...([one, calendar, moment, facts, excluded, current.users, lastActiveAt, memory] as const),
    threads,
  );
  await threads.all(tallies);
  const orgs = orgFacts(moment, facts, excluded, tallying.rows, memory);
  const { ownerships } = facts.memberships;
  const lost = lostOwners(moment, ownerships, calendar, excluded, orgs.keys, memory);
  const health = healthColumns({ orgs, moment, calendar, healthWeights });
  const isFullRead = facts !== before?.facts || activity !== before.activity;
  return {
    facts: {
      ...{ moment, calendar, memory, healthWeights },
      ...{ users: { ...users, openSpans }, orgs: { ...orgs, lostOwners: lost, health } },
    },
    exclusionsVersion: excluded.version,
    known: { facts, activity, memory },
    isFullRead,
  };
}

/** Begins to tally the orgs on the other threads, while the main thread reads on and sorts users. */
function beginTallies(threads: RunThreads, tallying: Tallying): Promise<void>[] {
  const of = Math.max(threads.count - 1, 1);
  return Array.from({ length: of }, (_, index) => {
    const input = { ...tallying, part: { index, of } };
    return threads.add({ kind: 'tally', input }, () => tallyOrgs(input));
  });
}

async function factReplica(
  connections: Snapshot,
  calendar: Calendar,
  ownerRoles: readonly string[],
  before: FactReplica | undefined,
): Promise<FactReplica> {
  const isUpdated = before && (await before.update(connections[1]));
  return isUpdated ? before : FactReplica.read(connections, calendar, ownerRoles);
}

/** The activity of the 90 days up to `day`, and the replica for the next run, which may be of a later day. */
async function activityReplica(
  db: Connection,
  calendar: Calendar,
  day: number,
  size: number,
  before: ActivityReplica | undefined,
): Promise<{ current: ActivityReplica; known: ActivityReplica }> {
  const read = () => ActivityReplica.read(db, calendar, day, size);
  if (before?.reaches(day)) {
    const known = (await before.update(db, size, day)) ? before : await read();
    return { current: known, known };
  }
  const current = await read();
  return { current, known: before && (await before.update(db, size)) ? before : current };
}
