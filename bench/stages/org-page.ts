import { DAY_MS, type CountedOrg, type OrgActivity, type OrgMembers } from '#libs/contracts';
import { cloneStore, type Clone } from '../clone.js';
import { closing } from '../closing.js';
import { addComparedOrgs, type ComparedOrg } from '../compared-orgs.js';
import { startService, type Service } from '../processes.js';
import { askJson } from '../requests.js';
import { runOnce } from '../runs.js';
import { Samples } from '../samples.js';
import type { Bench, Figure, Stage } from '../stage.js';

const [LARGE, SMALL] = [50_000, 20];
const AFTER_CHANGES = 'page of an org, after changes of its facts';
const FIRST = 'page of an org, the first after a start';
const MEMORY = 'api answering pages of orgs, peak memory';
/** A week that the page shows, some weeks before the activity that names the org. */
const CHECKED_WEEK = 20;

interface Page {
  profile: CountedOrg;
  activity: OrgActivity;
  members: OrgMembers;
}

/** The page of an org of 50,000 members beside that of an org of 20, both without anything cached that is still true. */
export const orgPage: Stage = {
  name: 'org page',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'org_page'));
      bench.progress('adding the orgs, and a run');
      const sizes = [Math.min(LARGE, Math.floor(bench.users / 2)), SMALL];
      const orgs = await addComparedOrgs(clone, bench.users, sizes);
      await closing(async (openFirst) =>
        runOnce(await openFirst(startService('all', clone.databaseUrl)), clone),
      );
      const samples = new Samples();
      const api = await open(startService('api', clone.databaseUrl));
      await measureChanged(bench, api, clone, orgs, samples);
      samples.add(MEMORY, api.peakMb());
      await measureFirst(bench, clone, orgs, samples);
      return figures(samples, orgs);
    }),
};

const rowOf = (what: string, { size }: ComparedOrg) =>
  `${what}, ${size.toLocaleString('en')} members`;

function figures(samples: Samples, [large, small]: readonly ComparedOrg[]): Figure[] {
  return [
    ...[AFTER_CHANGES, FIRST].flatMap((what) => [
      samples.figure(rowOf(what, large!), 'ms', 'lower', {
        against: rowOf(what, small!),
        ...{ must: 1 / 3, aim: 1 / 1.5 },
      }),
      samples.figure(rowOf(what, small!), 'ms', 'lower'),
    ]),
    samples.figure(MEMORY, 'MB', 'lower', { must: 400, aim: 256 }),
  ];
}

/** Pages of an api that just started and answered requests for another org. */
async function measureFirst(
  bench: Bench,
  clone: Clone,
  orgs: readonly ComparedOrg[],
  samples: Samples,
): Promise<void> {
  const [another] = await clone.query<{ id: string }>(`
    select org_id as id from org_ids join orgs using (id)
    where name is not null and deleted_stamp is null order by id limit 1`);
  for (let round = 1; round <= bench.repeats; round++) {
    bench.progress(`the first page, round ${round} of ${bench.repeats}`);
    await closing(async (open) => {
      const api = await open(startService('api', clone.databaseUrl));
      // Reads the lists of the run, and compiles the queries.
      for (let time = 0; time < 10; time++) await readPage(api, another!.id);
      for (const org of orgs) samples.add(rowOf(FIRST, org), await timed(api, org));
    });
  }
}

/** Pages after events that change the members and the activity of the org. */
async function measureChanged(
  bench: Bench,
  api: Service,
  clone: Clone,
  orgs: readonly ComparedOrg[],
  samples: Samples,
): Promise<void> {
  for (let round = 0; round <= bench.repeats; round++) {
    bench.progress(`round ${round} of ${bench.repeats}`);
    for (const org of orgs) {
      await change(api, org, round);
      samples.add(rowOf(AFTER_CHANGES, org), await timed(api, org));
    }
  }
  for (const org of orgs) await check(clone, org, await readPage(api, org.id));
  samples.dropWarmUp();
}

/** A new member joins, and a member is active. */
async function change(api: Service, org: ComparedOrg, round: number): Promise<void> {
  const joinedAt = Math.floor(Date.now() / 1000) * 1000;
  const userId = `${org.id}, new member ${round}`;
  const time = new Date(joinedAt).toISOString();
  const event = (type: string, data: object) => ({
    ...{ id: `${org.id} ${type} ${round}`, type, time, data },
  });
  const data = { user_id: userId };
  await askJson(api, '/api/ingest/v1/events', [
    event('user.created', { ...data, email: `new${round}@example.com` }),
    event('user.added_to_org', { ...data, org_id: org.id }),
    event('user.active', { user_id: org.memberships[round]!.userId }),
  ]);
  org.memberships.push({ userId, joinedAt, leftAt: Infinity });
}

async function timed(api: Service, org: ComparedOrg): Promise<number> {
  const startedAt = performance.now();
  const { profile, members } = await readPage(api, org.id);
  const ms = performance.now() - startedAt;
  const current = org.memberships.filter(({ leftAt }) => leftAt === Infinity).length;
  if (profile.num_users !== current || members.total_count !== current)
    throw new Error(`${org.id} has ${current} members, not ${profile.num_users}.`);
  return ms;
}

/** All requests of the dashboard's page of an org, in its order. */
async function readPage(api: Service, orgId: string): Promise<Page> {
  const path = `/api/insights/v1/orgs/${encodeURIComponent(orgId)}`;
  const profile = await askJson<CountedOrg>(api, `${path}/profile`);
  const [activity, members] = await Promise.all([
    askJson<OrgActivity>(api, `${path}/activity`),
    askJson<OrgMembers>(api, `${path}/members?page_size=25&page_number=0`),
  ]);
  return { profile, activity, members };
}

/** Compares the active users of two weeks with those by the rule itself. @throws Error when they differ */
async function check(clone: Clone, org: ComparedOrg, { activity }: Page): Promise<void> {
  const { active_by_week: weeks } = activity;
  for (const { date, active_users: shown } of [weeks.at(-2)!, weeks.at(-CHECKED_WEEK)!]) {
    const users = await activeIn(clone, org, date);
    if (users !== shown)
      throw new Error(`${org.id} has ${users} active users in ${date}, not ${shown}.`);
  }
}

const KEYS = 'select id, user_id as name from user_ids where user_id = any($1)';
const ACTIVE = `
  select block, day::text, bits::text from activity where day between $1::date and $1::date + 6`;
// Entries of a pair: its key, the user's and the org's, 4 bytes each.
const int = (at: string) =>
  `('x' || encode(substring(entries from ${at} + 1 for 4), 'hex'))::bit(32)::int`;
const NAMED = `
  select pair.user_key as user, named.day::text, bool_or(org_ids.org_id = $2) as "isHere"
  from named_activity named
  join (
    select ${int('at')} as id, ${int('at + 4')} as user_key, ${int('at + 8')} as org_key
    from activity_pairs, generate_series(0, length(entries) - 1, 12) at
  ) pair on pair.id >> 12 = named.block and get_bit(named.bits, pair.id & 4095) = 1
  join org_ids on org_ids.id = pair.org_key
  where named.day between $1::date and $1::date + 6
  group by 1, 2`;

/** The members who made the org active in a week: on a day of the membership, naming the org or none. */
async function activeIn(clone: Clone, org: ComparedOrg, date: string): Promise<number> {
  const ids = org.memberships.map(({ userId }) => userId);
  const keys = await clone.query<{ id: number; name: string }>(KEYS, [ids]);
  const keyOf = new Map(keys.map(({ id, name }) => [name, id]));
  const blocks = await clone.query<{ block: number; day: string; bits: string }>(ACTIVE, [date]);
  const named = await clone.query<{ user: number; day: string; isHere: boolean }>(NAMED, [
    ...[date, org.id],
  ]);
  const isHere = new Map(named.map((one) => [`${one.user} ${one.day}`, one.isHere]));
  return org.memberships.filter(({ userId, joinedAt, leftAt }) => {
    const key = keyOf.get(userId)!;
    return blocks.some(({ block, day, bits }) => {
      if (block !== key >> 12 || bits[key & 4095] !== '1') return false;
      const at = Date.parse(day);
      return at + DAY_MS > joinedAt && at <= leftAt && (isHere.get(`${key} ${day}`) ?? true);
    });
  }).length;
}
