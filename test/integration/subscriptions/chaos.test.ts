import { beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Api } from '../../support/api.js';
import { backends } from '../../support/backends.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { ask, cloneDatabase } from '../../support/database.js';
import { exclude } from '../../support/exclusions.js';
import { openFleet, type Fleet } from '../../support/fleet.js';
import { startHooks, type Answer, type Hook, type Hooks } from '../../support/hooks.js';
import { fold } from '../../support/model/received.js';
import {
  storyOf,
  type EligibleRun,
  type ModelSubscription,
  type Step,
} from '../../support/model/subscriptions.js';
import type { TestProcess } from '../../support/service.js';
import {
  receivedOf,
  resubscribe,
  subscribe,
  subscriptionIs,
  type Subscribed,
} from '../../support/subscribing.js';

jest.setTimeout(600_000);

const ROUNDS = Number(process.env.SUBSCRIPTION_ROUNDS ?? 5);
const SEED = Number(process.env.SUBSCRIPTION_SEED ?? Math.floor(Math.random() * 1e9));
const DAY_MS = 86_400_000;
const SUBJECTS = 8;
const MOST_HANGS = 1;
const SETTINGS = {
  ...{ OUTBOUND_ALLOW_PRIVATE: 'true', SNAPSHOTS_HOURLY: '1', SNAPSHOTS_DAILY: '1' },
  // So many that nothing is given up.
  DELIVERY_RETRY_SECONDS: Array.from({ length: 20 }, () => '1').join(),
};

/** A random number in [0, 1) from the seed. */
const random = (() => {
  const values = fc.sample(fc.double({ min: 0, max: 0.999999, noNaN: true }), {
    ...{ seed: SEED, numRuns: 20_000 },
  });
  let at = 0;
  return () => values[at++ % values.length]!;
})();
const chance = (share: number) => random() < share;
const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

/** What was sent, and so what the lists must be. */
interface World {
  /** Orgs without an owner. */
  lost: Set<string>;
  domains: Map<string, string>;
  deleted: Set<string>;
  excluded: Set<string>;
  version: number;
  segment: { id: string; domains: string[] };
}

/** A subscription under test. */
interface Followed {
  name: string;
  hook: Hook;
  request: Record<string, unknown>;
  model: ModelSubscription;
  subscription: Subscribed;
  steps: Step[];
  list: (run: WorldRun) => readonly string[];
  isSegmented: boolean;
  isPaused: boolean;
}

interface WorldRun {
  id: string;
  reportTime: number;
  orgs: string[];
  users: string[];
  exclusions: number;
}

const ORGS = Array.from({ length: SUBJECTS }, (_, index) => `org ${index}`);
const USERS = Array.from({ length: SUBJECTS }, (_, index) => `user ${index}`);

const later = cleanUpAfterAll();
let fleet: Fleet;
let api: Api;
let hooks: Hooks;
const workers: TestProcess[] = [];
const runs: WorldRun[] = [];
const gone = new Set<string>();
let world: World;
let sent = 0;
let hangs = 0;
let isCalm = false;

beforeAll(async () => {
  hooks = await startHooks();
  later(() => hooks.close());
  fleet = await openFleet(backends[0]!, await cloneDatabase(), SETTINGS);
  later(() => fleet.close());
  const [started, ...others] = await Promise.all([
    fleet.startApi(),
    fleet.start('worker'),
    fleet.start('worker'),
  ]);
  api = started.api;
  workers.push(...others);
});

test(`every change arrives once, in order, however workers and receivers fail (seed ${SEED})`, async () => {
  await begin();
  await round();
  const followed = await follow();
  for (let number = 0; number < ROUNDS; number++) {
    await changeSomething(followed);
    const run = await round();
    await Promise.all(followed.map((one) => step(one, run)));
    if (chance(0.3)) await killAWorker();
  }
  isCalm = true;
  for (const one of followed) {
    const { subscription } = one;
    if (one.isPaused) await resume(one);
    await subscriptionIs(api, subscription.id, ({ waiting }) => waiting === 0, 120_000);
  }
  for (const one of followed) expectTheStory(one);
});

async function begin(): Promise<void> {
  const past = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
  const orgs = ORGS.flatMap((id) => [
    { type: 'org.created', time: past(40), data: { org_id: id, name: id } },
    {
      ...{ type: 'user.added_to_org', time: past(39) },
      data: { user_id: `owner of ${id}`, org_id: id, role: 'Owner' },
    },
  ]);
  const users = USERS.map((id) => {
    const data = { user_id: id, email: `${id.replace(' ', '')}@a.com` };
    return { type: 'user.created', time: past(0), data };
  });
  await send(...orgs, ...users);
  const where = [['domain', 'is', ['a.com']]];
  const body = { name: 'customers', subject: 'user', where };
  const saved = await api.post<{ id: string }>('/api/insights/v1/segments', body);
  world = {
    ...{ lost: new Set(), deleted: new Set(), excluded: new Set(), version: 0 },
    domains: new Map(USERS.map((id) => [id, 'a.com'])),
    segment: { id: saved.body.id, domains: ['a.com'] },
  };
}

async function follow(): Promise<Followed[]> {
  const orgs = { report: 'org/owner_lost', interval: '30' };
  const users = { report: 'user/champion', interval: '30', segment: world.segment.id };
  const day = new Date(Date.now() + 3 * DAY_MS).toLocaleDateString('en', {
    ...{ weekday: 'long', timeZone: 'UTC' },
  });
  const weekly = { weekly: day.toLowerCase(), at: '09:00' };
  const both = { change: 'both', isDigest: false } as const;
  const all: [string, Record<string, unknown>, ModelSubscription][] = [
    ['orgs', orgs, both],
    ['users', users, both],
    ['entered', { ...orgs, change: 'entered' }, { change: 'entered', isDigest: false }],
    ['digest', { ...orgs, schedule: weekly }, { change: 'both', isDigest: true }],
    ['paused', users, both],
  ];
  const followed: Followed[] = [];
  for (const [name, request, model] of all) {
    const hook = hooks.open(name);
    hook.answer = answer;
    const subscription = await subscribe(api, hook, { name, ...request });
    const isSegmented = 'segment' in request;
    const one: Followed = {
      ...{ name, hook, request, model, subscription, isSegmented, isPaused: false },
      steps: [],
      list: (run) => (isSegmented ? run.users : run.orgs),
    };
    expect(subscription.baseline?.run_id).toBe(runs.at(-1)!.id);
    one.steps.push(stepOf(one, 'not due'));
    followed.push(one);
  }
  return followed;
}

/** Half of the answers are failures. */
function answer(): Answer {
  if (isCalm || chance(0.5)) return 200;
  const failure = oneOf<Answer>([500, 302, 'drop', 'hang']);
  if (failure === 'hang' && hangs++ >= MOST_HANGS) return 'drop';
  return failure;
}

async function changeSomething(followed: readonly Followed[]): Promise<void> {
  const toggled = ORGS.filter((id) => chance(0.3) && !world.deleted.has(id));
  for (const id of toggled) {
    const data = { user_id: `owner of ${id}`, org_id: id };
    if (world.lost.delete(id))
      await send({ type: 'user.added_to_org', data: { ...data, role: 'Owner' } });
    else {
      await send({ type: 'user.removed_from_org', data });
      world.lost.add(id);
    }
  }
  for (const id of USERS.filter((user) => chance(0.2) && !world.deleted.has(user))) {
    const domain = oneOf(['a.com', 'b.com', 'c.com']);
    world.domains.set(id, domain);
    await send({
      ...{ type: 'user.updated' },
      data: { user_id: id, email: `${id.replace(' ', '')}@${domain}` },
    });
  }
  if (chance(0.15)) await remove(oneOf([...ORGS, ...USERS]));
  if (chance(0.15)) await excludeSomething();
  if (chance(0.15)) await changeTheSegment();
  const paused = followed.find(({ name }) => name === 'paused')!;
  if (chance(0.4)) {
    if (paused.isPaused) await resume(paused);
    else await pause(paused);
  }
}

async function remove(id: string): Promise<void> {
  if (world.deleted.has(id)) return;
  const type = id.startsWith('org') ? 'org.deleted' : 'user.deleted';
  await send({ type, data: { [type === 'org.deleted' ? 'org_id' : 'user_id']: id } });
  world.deleted.add(id);
  world.lost.delete(id);
  gone.add(id);
}

async function excludeSomething(): Promise<void> {
  const [user_ids, org_ids] = [[oneOf(USERS)], [oneOf(ORGS)]];
  const { version } = await exclude(api, { email_domains: [], user_ids, org_ids });
  world.version = version;
  world.excluded = new Set([...user_ids, ...org_ids]);
  for (const id of world.excluded) gone.add(id);
}

async function changeTheSegment(): Promise<void> {
  const { id, domains } = world.segment;
  const changed = domains.length === 1 ? ['a.com', 'b.com'] : ['a.com'];
  const body = { name: 'customers', subject: 'user', where: [['domain', 'is', changed]] };
  await api.put(`/api/insights/v1/segments/${id}`, body);
  world.segment = { id, domains: changed };
}

/** Makes a run, whatever happens to the workers. */
async function round(): Promise<WorldRun> {
  const killing = runs.length > 1 && chance(0.2) ? killAWorker() : undefined;
  const run = await api.run();
  await killing;
  const listed = (id: string) => !world.deleted.has(id) && !world.excluded.has(id);
  const made = {
    ...{ id: run.run_id, reportTime: run.report_time, exclusions: world.version },
    orgs: [...world.lost].filter(listed),
    users: USERS.filter(listed),
  };
  runs.push(made);
  return made;
}

async function step(one: Followed, run: WorldRun): Promise<void> {
  if (one.isPaused) one.steps.push(stepOf(one, 'paused'));
  else if (one.model.isDigest && chance(0.5)) one.steps.push(stepOf(one, 'not due'));
  else await takesTheStep(one, run);
}

async function takesTheStep(one: Followed, run: WorldRun): Promise<void> {
  const { id } = one.subscription;
  one.steps.push(stepOf(one, 'due'));
  if (one.model.isDigest) {
    const due = `update subscriptions set next_at = now() where id = '${id}'`;
    await ask(fleet.databaseUrl, due);
  }
  await subscriptionIs(api, id, ({ baseline }) => baseline!.run_id === run.id);
}

/** A step at this moment. */
function stepOf({ isSegmented, list }: Followed, state: Step['state']): Step {
  const { segment, domains, deleted, excluded } = world;
  const matches = USERS.filter(
    (id) => segment.domains.includes(domains.get(id)!) && !deleted.has(id) && !excluded.has(id),
  );
  return {
    runs: runs.map((run): EligibleRun => ({ ...run, list: list(run) })),
    matches: isSegmented ? new Set(matches) : null,
    definition: isSegmented ? segment.domains.join() : null,
    state,
  };
}

/** Kills a worker, starts another one, and ends what it had claimed, as if its leases had expired. */
async function killAWorker(): Promise<void> {
  const worker = workers.shift()!;
  await worker.kill();
  const started = fleet.start('worker');
  await ask(
    fleet.databaseUrl,
    `update report_runs set lease_until = now() - interval '1 second' where state = 'running'`,
  );
  await ask(
    fleet.databaseUrl,
    'update subscription_deliveries set lease_until = null where lease_until is not null',
  );
  workers.push(await started);
}

async function pause(one: Followed): Promise<void> {
  one.isPaused = true;
  const { subscription, hook, request } = one;
  await resubscribe(api, subscription.id, hook, { ...request, paused: true });
}

/** A resumed subscription is due at once. */
async function resume(one: Followed): Promise<void> {
  one.isPaused = false;
  const { subscription, hook, request } = one;
  await resubscribe(api, subscription.id, hook, request);
  await takesTheStep(one, runs.at(-1)!);
}

function expectTheStory({ name, hook, model, steps }: Followed): void {
  const story = storyOf(model, steps);
  // Names may change between two attempts.
  const received = receivedOf(hook.accepted()).map((one) => ({
    ...one,
    body: idsAndCounts(one.body),
  }));
  expect([name, hook.problems]).toEqual([name, []]);
  expectOneBodyPerId(hook);
  const once = [
    ...new Map(received.toReversed().map((one) => [one.id, one])).values(),
  ].toReversed();
  const visible = (ids: readonly string[]) => ids.filter((id) => !gone.has(id)).toSorted();
  const shown = (one: {
    from: string;
    to: string;
    entered: readonly string[];
    left: readonly string[];
    rebased?: boolean | undefined;
  }) => ({
    ...{ from: one.from, to: one.to, rebased: one.rebased ?? false },
    ...{ entered: visible(one.entered), left: visible(one.left) },
  });
  expect([name, once.map(shown)]).toEqual([name, story.messages.map(shown)]);
  if (model.change === 'both') fold(story.baselines, received, gone);
}

function expectOneBodyPerId({ arrivals }: Hook): void {
  const ids = new Set(arrivals.map(({ id }) => id));
  const bodies = new Set(arrivals.map(({ id, body }) => `${id} ${idsAndCounts(body)}`));
  expect(bodies.size).toBe(ids.size);
}

/** A body without names, and without the rows of subjects that were gone before a later attempt. */
function idsAndCounts(body: string): string {
  const { data, timestamp } = JSON.parse(body) as {
    data: { entered: Row[]; left: Row[] } & Record<string, unknown>;
    timestamp: string;
  };
  const idsOf = (rows: Row[]) =>
    rows.map(({ org_id, user_id }) => (org_id ?? user_id)!).filter((id) => !gone.has(id));
  return JSON.stringify({
    ...{ ...data, timestamp },
    ...{ entered: idsOf(data.entered), left: idsOf(data.left) },
  });
}

interface Row {
  org_id?: string;
  user_id?: string;
}

async function send(...events: object[]): Promise<void> {
  await api.ingest(events.map((event) => ({ id: `event ${++sent}`, source: 'chaos', ...event })));
}
