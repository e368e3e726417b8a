import fc from 'fast-check';
import { Calendar, DAY_MS } from '#libs/contracts';
import type { FactReplica } from '#libs/facts';
import type * as Blocks from '../../../libs/facts/blocks/index.js';
import type * as Definitions from '../../../libs/reports/definitions/index.js';
import type * as Bitmaps from '../../../libs/reports/engine/activity-bitmaps.js';
import type * as Columns from '../../../libs/reports/engine/columns.js';
import type * as Invitees from '../../../libs/reports/engine/invitee-counts.js';
import type * as Orgs from '../../../libs/reports/engine/org-facts.js';
import type * as Tallies from '../../../libs/reports/engine/org-tallies.js';
import type { RunFacts } from '../../../libs/reports/engine/run-facts.js';
import type * as Scratch from '../../../libs/reports/engine/scratch-buffers.js';
import type * as Sorting from '../../../libs/reports/engine/sort-users.js';
import type * as Lists from '../../../libs/reports/runs/made-lists.js';
import type * as Tasks from '../../../libs/reports/runs/tasks.js';

// Compiled files, because the threads run these.
const DIST = '../../../dist/libs';
const { Bitset } = (await import(`${DIST}/facts/blocks/index.js`)) as typeof Blocks;
const { healthColumns } = (await import(
  `${DIST}/reports/definitions/index.js`
)) as typeof Definitions;
const engine = <M>(file: string) => import(`${DIST}/reports/engine/${file}.js`) as Promise<M>;
const { sizeFor } = await engine<typeof Columns>('columns');
const { ActivityBitmaps } = await engine<typeof Bitmaps>('activity-bitmaps');
const { InviteeCounts } = await engine<typeof Invitees>('invitee-counts');
const { orgFacts, tallyingOf } = await engine<typeof Orgs>('org-facts');
const { tallyOrgs } = await engine<typeof Tallies>('org-tallies');
const { ScratchBuffers } = await engine<typeof Scratch>('scratch-buffers');
const { beginSort, sortPart } = await engine<typeof Sorting>('sort-users');
const { madeLists } = (await import(`${DIST}/reports/runs/made-lists.js`)) as typeof Lists;
const { runThreads } = (await import(`${DIST}/reports/runs/tasks.js`)) as typeof Tasks;

const DAY = 20_000;
const NEVER = 2 ** 30;
const MOMENT = { day: DAY, reportTime: ((DAY + 1) * DAY_MS) / 1000 - 1 };

/** A store of random numbers; the same of a seed. */
interface Store {
  seed: number;
  users: number;
  orgs: number;
  spans: number;
  zone: string;
}

export const storeArb: fc.Arbitrary<Store> = fc.record({
  seed: fc.nat(),
  // More than one bucket of users.
  users: fc.constantFrom(1, 40, 700, 20_000),
  orgs: fc.constantFrom(1, 30, 500),
  spans: fc.constantFrom(0, 60, 3_000),
  zone: fc.constantFrom('UTC', 'America/New_York'),
});

/** Random whole numbers from 0 to below `bound`. */
function numbersOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function sharedOf<A extends Int32Array | Uint32Array | Float64Array>(
  array: (new (buffer: SharedArrayBuffer) => A) & { BYTES_PER_ELEMENT: number },
  length: number,
  value: (index: number) => number,
): A {
  const made = new array(new SharedArrayBuffer(length * array.BYTES_PER_ELEMENT));
  for (let index = 0; index < length; index++) made[index] = value(index);
  return made;
}

/** The part of a replica that the engine reads. */
function replicaOf({ users, orgs, spans }: Store, random: (bound: number) => number): FactReplica {
  const keys = Array.from({ length: users }, (_, key) => key);
  for (let key = users - 1; key > 0; key--) {
    const other = random(key + 1);
    [keys[key], keys[other]] = [keys[other]!, keys[key]!];
  }
  const all = new Bitset(orgs);
  for (let org = 0; org < orgs; org++) all.add(org);
  const ages = Array.from({ length: spans }, () => {
    const from = random(200);
    return { from, to: random(3) === 0 ? random(from + 1) : undefined };
  });
  const day = (age: number) => DAY - age;
  const pairs = Array.from({ length: spans }, () => [random(users), random(orgs)] as const);
  // The spans of a pair are adjacent.
  pairs.sort(([user, org], [otherUser, otherOrg]) => user - otherUser || org - otherOrg);
  const replica = {
    users: { ranks: () => sharedOf(Uint32Array, users, (key) => keys[key]!) },
    orgs: {
      ...{ size: orgs, count: orgs, existingAt: () => all },
      createdAt: Float64Array.from({ length: orgs }, () => day(random(200)) * DAY_MS),
      inOrder: (set: Blocks.Bitset, found: Uint32Array) => {
        let length = 0;
        for (let org = orgs - 1; org >= 0; org--) if (set.has(org)) found[length++] = org;
        return found.subarray(0, length);
      },
    },
    memberships: {
      length: spans,
      columns: {
        users: sharedOf(Int32Array, spans, (span) => pairs[span]![0]),
        orgs: sharedOf(Int32Array, spans, (span) => pairs[span]![1]),
        openedAt: sharedOf(Float64Array, spans, (span) => day(ages[span]!.from) * DAY_MS),
        endedAt: sharedOf(Float64Array, spans, (span) => {
          const { to } = ages[span]!;
          return to === undefined ? Infinity : day(to) * DAY_MS;
        }),
        from: sharedOf(Int32Array, spans, (span) => day(ages[span]!.from)),
        to: sharedOf(Int32Array, spans, (span) => {
          const { to } = ages[span]!;
          return to === undefined ? NEVER : day(to);
        }),
        added: sharedOf(Int32Array, spans, (span) => day(ages[span]!.from)),
      },
    },
  };
  return replica as unknown as FactReplica;
}

/** Started once: a start takes longer than a run of a small store. */
const pools = new Map<number, Tasks.RunThreads>();

function threadsOf(count: number): Tasks.RunThreads {
  const threads = pools.get(count) ?? runThreads(count);
  pools.set(count, threads);
  return threads;
}

const PART_BYTES = 7_920;
/** The bytes of a row after its random id and before its entries. */
const AFTER_ID_BYTES = 28;
const ID_BYTES = 16;
/** The lengths of four fields and the number of fields, the id and what comes after it. */
const HEAD_BYTES = 2 + 4 * 4 + ID_BYTES + AFTER_ID_BYTES;

/** The rows of a list in Base64, with zeros instead of its random id. */
function withoutIds(rows: Buffer, names: string): string {
  const head = HEAD_BYTES + names.length;
  for (let row = 0; row < rows.length; row += head + PART_BYTES)
    rows.fill(0, row + head - AFTER_ID_BYTES - ID_BYTES, row + head - AFTER_ID_BYTES);
  return rows.toString('base64');
}

/** The lists of a run of a store, in Base64, made with so many threads. */
export async function listsOf(store: Store, count: number): Promise<Record<string, string>> {
  const random = numbersOf(store.seed);
  const replica = replicaOf(store, random);
  const [threads, memory] = [threadsOf(count), new ScratchBuffers()];
  const [calendar, excluded] = [new Calendar(store.zone), new Bitset(store.users)];
  if (random(2) === 0) excluded.add(random(store.users));
  const none = { users: excluded, orgs: new Bitset(store.orgs), version: 1, state: '' };
  const activity = ActivityBitmaps.over(
    sharedOf(
      Uint32Array,
      store.users * 3,
      () => random(2 ** 32) & random(2 ** 32) & random(2 ** 32),
    ),
  );
  const openSpans = memory.allocate(store.users).fill(0);
  const tallying = tallyingOf(MOMENT, replica, none, activity, undefined, memory, openSpans);
  const of = Math.max(count - 1, 1);
  const tallies = Array.from({ length: of }, (_, index) => {
    const input = { ...tallying, part: { index, of } };
    return threads.add({ kind: 'tally', input }, () => tallyOrgs(input));
  });
  const exists = new Bitset(store.users);
  for (let user = 0; user < store.users; user++) if (random(10) > 0) exists.add(user);
  const users = {
    ...{ exists, ranks: replica.users.ranks(), activity },
    lastActiveAt: sharedOf(Uint32Array, store.users, () => MOMENT.reportTime - random(20_000_000)),
    createdAt: Float64Array.from({ length: store.users }, () => (DAY - random(200)) * DAY_MS),
  };
  const { sorted, parts } = beginSort(users, memory, count * 2);
  const sorts = parts.map((input) =>
    threads.add({ kind: 'sort', input }, () => sortPart(input, memory)),
  );
  await threads.all([...tallies, ...sorts]);
  const invitees = new InviteeCounts(store.users, memory);
  for (let invite = 0; invite < store.users / 20; invite++)
    invitees.add(random(store.users), random(90));
  const inviters = invitees.forKeys(sorted.keys);
  const ofOrgs = orgFacts(MOMENT, replica, none, tallying.rows, memory);
  const about = {
    moment: MOMENT,
    calendar,
    healthWeights: { adoption: 4, frequency: 3, trend: 2, recency: 1 },
  };
  const lost = { orgs: new Bitset(ofOrgs.keys.length), at: new Uint32Array(ofOrgs.keys.length) };
  const facts: RunFacts = {
    ...{ ...about, memory },
    users: {
      ...sorted,
      size: sizeFor(sorted.keys),
      inviters,
      openSpans,
      keysById: sorted.keys.toSorted(),
    },
    orgs: { ...ofOrgs, lostOwners: lost, health: healthColumns({ ...about, orgs: ofOrgs }) },
  };
  const lists: Record<string, string> = {};
  for await (const { subject, report, interval, total, rows } of madeLists(
    facts,
    calendar,
    threads,
  ))
    lists[`${subject}/${report}/${interval}`] =
      `${total} ${withoutIds(rows, subject + report + interval)}`;
  return lists;
}
