import { beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { forgetChanges } from '#libs/facts';
import { dayBefore, expectTheModelsReports, renamed } from '../../support/agreement.js';
import { waitFor } from '../../support/api.js';
import { isOnCitus } from '../../support/citus.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { holdWriters } from '../../support/hold.js';
import { teamHistoryArb } from '../../support/model/random-teams.js';
import { Model, type WireEvent } from '../../support/model/model.js';
import {
  active,
  activeIn,
  added,
  deleted,
  invited,
  orgCreated,
  removed,
  roleChanged,
  userCreated,
} from '../../support/model/fixtures/builders.js';
import { NEVER, requestRun, runIs } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

jest.setTimeout(300_000);

const HISTORIES = Number(process.env['PROPERTY_RUNS'] ?? 2);
const USERS = 60;
const ORGS = 40;
const DEADLOCK = '40P01';
const EVERY_FACT = `
  truncate user_ids, org_ids, users, user_profiles, orgs, memberships, invites, activity, activity_log,
    activity_pairs, named_activity, last_active, org_activity, activity_changes, event_identities restart identity`;

// One worker makes every run of this file and keeps its replica between runs.
const later = cleanUpAfterAll();
const afterwards = cleanUpAfterEach();
let service: TestService;
let count = 0;
/** All events behind the facts that are in the store now. */
let ingested: WireEvent[] = [];
const completed = () => service.log.filter((line) => line.includes('"report run completed"'));

beforeAll(async () => {
  service = await startTestService({ REPORT_CRON: NEVER });
  later(() => service.close());
  await ingest(...aCompany('a~'));
  await service.api.run();
});

/** So many users and orgs that a few more are a small change. */
function aCompany(prefix: string): WireEvent[] {
  const users = Array.from({ length: USERS }, (_, index) => `${prefix}user ${index}`);
  const orgs = Array.from({ length: ORGS }, (_, index) => `${prefix}org ${index}`);
  return [
    ...users.map((id, index) => userCreated(id, dayBefore(40 + (index % 60)))),
    ...orgs.map((id, index) => orgCreated(id, dayBefore(35 + (index % 70)))),
    ...users.map((id, index) => added(id, orgs[(index * 7) % ORGS]!, dayBefore(1 + (index % 40)))),
  ];
}

/**
 * Removes all facts; users and orgs created afterwards get the same keys.
 * @returns a prefix for their ids that no process has seen: one that has seen it remembers other keys
 */
async function emptyTheStore(): Promise<string> {
  ingested = [];
  // The worker may be locking the same tables in another order.
  await waitFor(() =>
    ask(service.databaseUrl, EVERY_FACT).catch((error: { code?: string }) => {
      if (error.code !== DEADLOCK) throw error;
    }),
  );
  await noneIsUnderWay();
  return aPrefix();
}

function aPrefix(): string {
  return `${count++}~`;
}

async function ingest(...events: WireEvent[]): Promise<void> {
  await service.api.ingest(events);
  ingested.push(...events);
}

/** Expects a run as of a past day and one of now to say what the model says. */
async function expectRightRuns(read?: 'changes' | 'everything'): Promise<void> {
  if (read === 'everything') await noneIsUnderWay();
  const days = [dayBefore(8), undefined];
  const runs = await expectTheModelsReports(service.api, new Model(ingested), days);
  if (!read) return;
  // On Citus, every run reads everything.
  const expected = isOnCitus(service.databaseUrl)
    ? ['everything', 'everything']
    : [read, 'changes'];
  expect(await readsOf(runs.map((run) => run.run_id))).toEqual(expected);
}

/**
 * Waits until all transactions have ended that began before the last change, in other databases of
 * the server too: until then each run looks up the changes, and each run after a removal reads everything.
 */
async function noneIsUnderWay(): Promise<void> {
  const sql = `
    select not exists (
      select from fact_changes, pg_current_snapshot() seen
      where at >= pg_snapshot_xmin(seen) and at < pg_snapshot_xmax(seen)) as "isOver"`;
  await waitFor(async () => {
    const [row] = await ask<{ isOver: boolean }>(service.databaseUrl, sql);
    return row!.isOver || undefined;
  });
}

/** What these runs have read, in the order in which they were made. The log comes a little after its run. */
async function readsOf(runIds: readonly string[]): Promise<(string | undefined)[]> {
  const lines = () => completed().filter((line) => runIds.some((id) => line.includes(id)));
  await waitFor(() => lines().length === runIds.length);
  return lines().map((line) => /"read":"(\w+)"/.exec(line)?.[1]);
}

const slicedArb = teamHistoryArb({ today: dayBefore(0), maxEvents: 60 }).chain((history) =>
  fc.record({
    history: fc.shuffledSubarray(history, { minLength: history.length }),
    cuts: fc.array(fc.nat(history.length), { minLength: 1, maxLength: 3 }),
  }),
);

test('a history sent in slices, in any order, gives the reports of the known events after each slice', async () => {
  const property = fc.asyncProperty(slicedArb, async ({ history, cuts }) => {
    const prefix = aPrefix();
    const events = history.map((event) => renamed(event, prefix));
    const places = [0, ...cuts.sort((one, other) => one - other), events.length];
    for (const [index, place] of places.slice(1).entries()) {
      if (places[index]! < place) await ingest(...events.slice(places[index], place));
      await expectRightRuns('changes');
    }
  });
  await fc.assert(property, { numRuns: HISTORIES, endOnFailure: true });
});

test('new ids sort correctly: first, between others, side by side and last', async () => {
  const ids = ['!', '\u{1F600}', 'a~user 1!', 'a~user 1!!', 'a~user 1', 'a~user 1"'];
  const creations = ids.map((id) => userCreated(id, dayBefore(50)));
  await ingest(...creations.slice(0, 3));
  await expectRightRuns('changes');
  await ingest(
    ...creations.slice(3),
    orgCreated('!', dayBefore(50)),
    orgCreated('a~org 1!', dayBefore(50)),
  );
  await expectRightRuns('changes');
});

test('a deletion changes memberships that have no new steps', async () => {
  await ingest(deleted('user', 'a~user 5', dayBefore(3)), deleted('org', 'a~org 9', dayBefore(2)));
  await expectRightRuns('changes');
  await ingest(deleted('user', 'a~user 5', dayBefore(12)));
  await expectRightRuns('changes');
});

test('membership steps that arrive late change the replay of the membership', async () => {
  const pair = ['a~user 20', 'a~org 1'] as const;
  await ingest(roleChanged(...pair, dayBefore(4), 'Owner'));
  await expectRightRuns('changes');
  await ingest(removed(...pair, dayBefore(6)));
  await expectRightRuns('changes');
  await ingest(added(...pair, dayBefore(20)), added('a~user 21', 'only mentioned', dayBefore(1)));
  await expectRightRuns('changes');
});

test('facts committed after a later run began are in the next run', async () => {
  const hold = await holdWriters(service.databaseUrl, 'invites');
  afterwards(() => hold.release());
  // Invites are written last: users, orgs and steps wait for their commit.
  const late = [
    userCreated('late', dayBefore(30)),
    orgCreated('late', dayBefore(30)),
    added('late', 'late', dayBefore(9)),
    removed('a~user 34', 'a~org 38', dayBefore(9)),
    deleted('user', 'a~user 35', dayBefore(1)),
    invited('late', 'x@example.com', dayBefore(9)),
  ];
  const writing = service.api.ingest(late);
  await hold.isWaitedFor();
  await ingest(userCreated('early', dayBefore(30)), added('early', 'a~org 2', dayBefore(9)));
  await expectRightRuns('changes');
  await hold.release();
  await writing;
  ingested.push(...late);
  await expectRightRuns('changes');
});

test('the run after a failed run reads everything', async () => {
  await ingest(userCreated('of the failed run', dayBefore(30)));
  await ask(service.databaseUrl, 'alter table invites rename to invites_away');
  const mend = 'alter table if exists invites_away rename to invites';
  afterwards(() => ask(service.databaseUrl, mend));
  const runId = await requestRun(service.api);
  await waitFor(async () => {
    const run = await runIs(service.api, runId, 'queued');
    return run.attempts > 0 ? run : undefined;
  });
  await ask(service.databaseUrl, mend);
  await runIs(service.api, runId, 'completed');
  expect(await readsOf([runId])).toEqual(['everything']);
  await expectRightRuns('changes');
});

test('rows removed by hand are gone from the next run', async () => {
  await ask(
    service.databaseUrl,
    `delete from memberships where org_key = (select id from org_ids where org_id = 'a~org 7')`,
  );
  ingested = ingested.filter(
    ({ type, data }) => !(type.includes('_org') && data['org_id'] === 'a~org 7'),
  );
  await ingest(userCreated('beside the removed', dayBefore(30)));
  await expectRightRuns('everything');
});

test.each(['users', 'orgs', 'memberships', 'invites', 'activity', 'activity_pairs'])(
  'a run reads everything when rows of %s may have been removed',
  async (table) => {
    await ask(service.databaseUrl, `delete from ${table} where false`);
    await expectRightRuns('everything');
  },
);

test('a run reads everything when more rows have changed than are worth looking up', async () => {
  const many = `insert into fact_changes (fact, keys) values ('users', array_fill(1, array[10001]))`;
  await ask(service.databaseUrl, many);
  await expectRightRuns('everything');
});

test('changed profiles and traits do not count as changes of a run', async () => {
  await expectRightRuns();
  for (const fact of ['user_profiles', 'user_traits', 'org_traits'])
    await ask(
      service.databaseUrl,
      `insert into fact_changes (fact, keys) values ('${fact}', array_fill(1, array[10001]))`,
    );
  await expectRightRuns('changes');
});

test('a run reads everything when the list of changes is no longer complete', async () => {
  const forget = async () => {
    // Changes that may have been committed since the last look are kept.
    await noneIsUnderWay();
    await ask(service.databaseUrl, `update fact_changes set noted_at = now() - interval '2 days'`);
    const client = new pg.Client({ connectionString: service.databaseUrl });
    await client.connect();
    await forgetChanges(client).finally(() => client.end());
  };
  await ingest(userCreated('known by now', dayBefore(31)));
  await expectRightRuns();
  await forget();
  await expectRightRuns('changes');
  await ingest(userCreated('forgotten', dayBefore(31)));
  await ingest(userCreated('kept', dayBefore(31)));
  await forget();
  await expectRightRuns('everything');
});

test('change entries restored from another server’s dump are ignored', async () => {
  const entry = `insert into fact_changes (at, fact) values ('9000000000000', 'users')`;
  await ask(service.databaseUrl, entry);
  await expectRightRuns('changes');
});

test('runs of later days include late events of earlier days', async () => {
  const prefix = await emptyTheStore();
  const [old, inviter] = [`${prefix}old`, `${prefix}user 33`];
  await ingest(
    ...aCompany(prefix),
    userCreated(old, dayBefore(300)),
    ...active(old, ...[200, 150, 91, 90, 89, 2].map((days) => dayBefore(days))),
  );
  const runs: string[] = [];
  const days = [140, 60, 59, 28, 27, 1, 30, 0];
  for (const day of days) {
    await ingest(
      ...active(old, dayBefore(day)),
      ...active(`${prefix}user 3`, dayBefore(day + 3)),
      ...active(`${prefix}user ${day % USERS}`, dayBefore(Math.max(day - 1, 0))),
      ...[`${prefix}user 7`, inviter].map((id) =>
        invited(id, `${day}@example.com`, dayBefore(day)),
      ),
      invited(inviter, 'again@example.com', dayBefore(day)),
    );
    // A run as of today is not possible, only a run of now.
    const asOf = day === 0 ? undefined : dayBefore(day);
    const made = await expectTheModelsReports(service.api, new Model(ingested), [asOf]);
    runs.push(...made.map((run) => run.run_id));
  }
  const read = isOnCitus(service.databaseUrl) ? 'everything' : 'changes';
  const changes = days.slice(1).map(() => read);
  expect(await readsOf(runs)).toEqual(['everything', ...changes]);
});

const invitedOn = "(at at time zone 'UTC')::date";
test.each([
  { what: 'activity', table: 'activity', on: 'day', type: 'user.active' },
  {
    what: 'activity folded after a run',
    table: 'activity',
    on: 'day',
    type: 'user.active',
    late: true,
  },
  { what: 'invites', table: 'invites', on: invitedOn, type: 'user.invited_to_org' },
])('removed rows of $what are gone from the next run', async ({ table, on, type, late }) => {
  // A day without other events.
  const day = dayBefore(37);
  const user = aPrefix();
  const hold = late && (await holdWriters(service.databaseUrl, 'activity'));
  if (hold) afterwards(() => hold.release());
  await ingest(
    userCreated(user, dayBefore(90)),
    // last_active is a table of its own: the last active day must not be the day that is removed.
    ...active(user, day, dayBefore(20), dayBefore(1)),
    invited(user, 'x@example.com', day),
  );
  if (!hold) await waitFor(() => isFolded().then((folded) => folded || undefined));
  await expectRightRuns('changes');
  await (hold && hold.release());
  await waitFor(() => isFolded().then((folded) => folded || undefined));
  await ask(service.databaseUrl, `delete from ${table} where ${on} = $1::date`, [day]);
  ingested = ingested.filter((event) => !(event.type === type && event.time.startsWith(day)));
  await expectRightRuns('everything');
});

test('an org that was replaced by hand in the activity of a user counts in the next run', async () => {
  const [user, one, other] = [aPrefix(), 'a~org 3', 'a~org 4'];
  await ingest(
    userCreated(user, dayBefore(90)),
    added(user, one, dayBefore(80)),
    added(user, other, dayBefore(80)),
    activeIn(user, one, dayBefore(2)),
  );
  await waitFor(() => isFolded().then((folded) => folded || undefined));
  await expectRightRuns('changes');
  const [key] = await ask<{ id: number }>(
    service.databaseUrl,
    'select id from org_ids where org_id = $1',
    [other],
  );
  await ask(
    service.databaseUrl,
    `update activity_pairs set entries = overlay(entries placing int4send($1) from length(entries) - 3 for 4)
     where last_id = (select max(last_id) from activity_pairs)`,
    [key!.id],
  );
  ingested = ingested.map((event) =>
    event.type === 'user.active' && event.data['user_id'] === user && event.data['org_id'] === one
      ? activeIn(user, other, dayBefore(2))
      : event,
  );
  await expectRightRuns('everything');
});

/** Whether the activity log is empty: only folded activity can be removed by a test. */
async function isFolded(): Promise<boolean> {
  const sql = 'select not exists (select from activity_log) as "isFolded"';
  return (await ask<{ isFolded: boolean }>(service.databaseUrl, sql))[0]!.isFolded;
}

test('facts that replace all others under the same keys are the only ones reported', async () => {
  for (const isReversed of [true, false]) {
    const company = aCompany(await emptyTheStore());
    await ingest(...(isReversed ? company.reverse() : company));
    await expectRightRuns();
  }
});
