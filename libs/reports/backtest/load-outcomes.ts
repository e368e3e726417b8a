import { DAY_MS, unixSeconds, type Calendar } from '#libs/contracts';
import { FactReplica, expectCalendar, readExcluded, type Excluded } from '#libs/facts';
import type { Connection, Snapshot } from '#libs/database';
import { healthColumns } from '../definitions/health.js';
import { wordBits } from '../engine/bitmap-words.js';
import { orgFacts, tallyingOf } from '../engine/org-facts.js';
import { ROW, tallyOrgs } from '../engine/org-tallies.js';
import { ScratchBuffers } from '../engine/scratch-buffers.js';
import { ActivityReplica } from '../runs/activity-replica.js';
import type { RunSettings } from '../runs/load-facts.js';
import { DAYS_AFTER } from './backtest-days.js';
import { PARTS, type Outcomes } from './backtest.js';

const USER_KEYS = 'select coalesce(max(id), 0) + 1 as keys from user_ids';
/** Later than any fact, and earlier than an end that never comes. */
const ALL_KNOWN_MS = Number.MAX_VALUE;

/** The facts that are the same for all days. */
interface Known {
  db: Connection;
  calendar: Calendar;
  settings: RunSettings;
  facts: FactReplica;
  excluded: Excluded;
  /** One more than the highest user key. */
  keys: number;
  memory: ScratchBuffers;
}

/**
 * The orgs of the backtest of each day. Reads the users, orgs and memberships once, and the activity twice per day.
 * Computes on the calling thread: seconds with a million users.
 * @param days each the first millisecond of the same date in UTC; their 30 days after are over
 */
export async function loadOutcomes(
  connections: Snapshot,
  calendar: Calendar,
  settings: RunSettings,
  days: readonly number[],
): Promise<Outcomes[]> {
  const [db] = connections;
  await expectCalendar(db, calendar);
  const excluded = await readExcluded(db);
  const { rows } = await db.query<{ keys: number }>(USER_KEYS);
  const facts = await FactReplica.read(connections, calendar, settings.OWNER_ROLES);
  const memory = new ScratchBuffers();
  const known = { db, calendar, settings, facts, excluded, keys: rows[0]!.keys, memory };
  const outcomes: Outcomes[] = [];
  for (const day of days) outcomes.push(await outcomesOf(known, day / DAY_MS));
  return outcomes;
}

/** @param day counted from 1970 */
async function outcomesOf(known: Known, day: number): Promise<Outcomes> {
  const { calendar, settings, facts, excluded, memory } = known;
  memory.rewind();
  const moment = { day, reportTime: unixSeconds(calendar.lastSecondOf(day * DAY_MS)) };
  const { users, named } = await activityUpTo(known, day);
  const openSpans = memory.allocate(known.keys).fill(0);
  const tallying = tallyingOf(
    ...([moment, facts, excluded, users, named, memory, openSpans] as const),
  );
  tallyOrgs(tallying);
  const orgs = orgFacts(moment, facts, excluded, tallying.rows, memory);
  const healthWeights = settings.HEALTH_WEIGHTS;
  const { listed, columns } = healthColumns({ orgs, moment, calendar, healthWeights });
  const counted: number[] = [];
  for (let org = 0; org < orgs.keys.length; org++)
    if (listed.has(org) && orgs.activeUsers.last30[org]! > 0) counted.push(org);
  const isActive = await activeAfter(known, day);
  const parts = PARTS.map((part) => [part, Uint8Array.from(counted, (org) => columns[part][org]!)]);
  return {
    day,
    parts: Object.fromEntries(parts) as Outcomes['parts'],
    churned: Uint8Array.from(counted, (org) => (isActive(orgs.keys[org]!) ? 0 : 1)),
  };
}

/** Whether an org was active on one of the 30 days after a day, by spans and activity known now. */
async function activeAfter(known: Known, day: number): Promise<(orgKey: number) => boolean> {
  const { facts, excluded, memory } = known;
  const last = day + DAYS_AFTER;
  const { users, named } = await activityUpTo(known, last);
  const rows = memory.allocate(facts.orgs.size * ROW).fill(0);
  const { columns: spans, length: count } = facts.memberships;
  tallyOrgs({
    ...{ day: last, until: ALL_KNOWN_MS, spans, count, activity: users.words, named, rows },
    ...{ ignored: { users: excluded.users.words, orgs: excluded.orgs.words } },
    ...{ ranks: facts.users.ranks(), openSpans: memory.allocate(known.keys).fill(0) },
  });
  const [bits] = wordBits(0, DAYS_AFTER);
  return (orgKey) => (rows[orgKey * ROW]! & bits) !== 0;
}

/** The activity of the 90 days up to a day. */
async function activityUpTo({ db, calendar, keys, memory }: Known, day: number) {
  const { users, named } = await ActivityReplica.read(db, calendar, day, keys);
  return { users, named: named.activity(users, memory) };
}
