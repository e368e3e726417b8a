import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import {
  aHistory,
  dayBefore,
  expectTheModelsAnswers,
  readCharts,
} from '../../support/agreement.js';
import { readFileSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { ask, cloneDatabase, databaseUrl, dropDatabase } from '../../support/database.js';
import { RANKINGS } from '../../support/model/model.js';
import { startTestService, type TestService } from '../../support/service.js';
import { sources } from '../../support/sources.js';
import { pseudonymOf, pseudonymOfVersion } from '../../../libs/facts/write/pseudonyms.js';
import { versionOf } from '../../../libs/facts/membership/version.js';
import { PairSet } from '../../../libs/facts/blocks/pair-set.js';
import { pairKeys, type UserAndOrg } from '../../../libs/facts/write/activity-pairs.store.js';

jest.setTimeout(60_000);

const afterwards = cleanUpAfterEach();
const migration = (name: string) => readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8');

/** A store after the first migration. */
async function firstStore(): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await ask(databaseUrl('postgres'), `create database ${name}`);
  const url = databaseUrl(name);
  afterwards(() => dropDatabase(url));
  await ask(url, migration('20261124000000_init'));
  return url;
}

test('an upgrade keeps the last activity of each user', async () => {
  const url = await firstStore();
  const users = [
    [1, '2026-01-31T12:00:00Z'],
    [255, '1970-01-01T00:00:01Z'],
    [256, '2026-02-28T23:59:59.999Z'],
    [70_000, '2026-03-01T00:00:00Z'],
    [70_001, null],
  ] as const;
  for (const user of users) {
    await ask(url, 'insert into users (id, last_active_at) values ($1, $2)', [...user]);
  }
  await ask(url, migration('20261124120000_activity_log'));

  const blocks = await ask<{ block: number; seconds: Buffer }>(
    url,
    'select block, seconds from last_active order by block',
  );
  expect(blocks.map(({ block, seconds }) => [block, seconds.length])).toEqual([
    [0, 1024],
    [1, 1024],
    [273, 1024],
  ]);
  const known = new Map(blocks.map(({ block, seconds }) => [block, seconds]));
  const all = blocks.flatMap(({ block }) =>
    Array.from({ length: 256 }, (_, place) => ({
      key: block * 256 + place,
      seconds: known.get(block)!.readUInt32BE(place * 4),
    })),
  );
  expect(all.filter(({ seconds }) => seconds > 0)).toEqual(
    users
      .filter(([, at]) => at !== null)
      .map(([key, at]) => ({ key, seconds: Math.floor(Date.parse(at!) / 1000) })),
  );
});

test('an upgrade keeps every entry of existing snapshots', async () => {
  const url = await firstStore();
  const lists = [
    { report: 'numbers', total: 3, width: 8, entries: randomBytes(8 * 5_000) },
    { report: 'champion', total: 7_001, width: 5, entries: randomBytes(5 * 7_001) },
    { report: 'churn', total: 1_980, width: 4, entries: randomBytes(4 * 1_980) },
    { report: 'growth', total: 661, width: 12, entries: randomBytes(12 * 661) },
    { report: 'attrition', total: 0, width: 4, entries: Buffer.alloc(0) },
  ];
  for (const run of [7, 8]) {
    await ask(url, `create table snapshots_run_${run} (like snapshots including all)`);
    for (const { report, total, entries } of lists) {
      await ask(
        url,
        `insert into snapshots_run_${run} values ('user', $1, '30', gen_random_uuid(), $2, $3)`,
        [report, total, entries],
      );
    }
  }
  await ask(url, migration('20261125130000_snapshot_parts'));

  for (const run of [7, 8]) {
    const kept = await ask(
      url,
      `select report, total, width, string_agg(entries, '' order by first) as entries
       from snapshots_run_${run} group by report, total, width, report_id`,
    );
    const byReport = (one: { report: string }, other: { report: string }) =>
      one.report < other.report ? -1 : 1;
    expect((kept as typeof lists).sort(byReport)).toEqual(lists.toSorted(byReport));
    const misplaced = await ask(
      url,
      `select from snapshots_run_${run} part where first > 0 and first <> (
         select sum(length(before.entries)) / part.width from snapshots_run_${run} before
         where before.report = part.report and before.first < part.first)`,
    );
    expect(misplaced).toHaveLength(0);
  }
});

test('an upgrade replaces event ids that hold an address as the service does', async () => {
  const url = await firstStore();
  const key = randomBytes(32);
  const address = 'signup-ada@example.com';
  await ask(url, 'insert into instance (invitee_hash_key) values ($1)', [key]);
  await ask(
    url,
    `insert into event_identities (source, event_id) values ('app', $1), ('app', 'e-1')`,
    [address],
  );
  const version = versionOf({
    at: Date.UTC(2026, 0, 31),
    id: address,
    source: 'crm%40example.com',
  });
  await ask(url, 'insert into users (id, deleted_stamp) values (1, $1)', [version]);
  await ask(url, 'insert into orgs (id, name_stamp) values (1, $1)', [version]);
  for (const name of [
    '20261124151000_import_checkpoints',
    '20261124152000_messages',
    '20261124153000_source_counts',
    '20261127110000_letter_mentions',
  ]) {
    await ask(url, migration(name));
  }

  const ids = 'select event_id as id from event_identities order by id';
  const expected = [{ id: 'e-1' }, { id: pseudonymOf(address, key) }];
  expect(await ask(url, ids)).toEqual(expected);
  const versions =
    'select deleted_stamp as version from users union all select name_stamp from orgs';
  const replaced = pseudonymOfVersion(version, key);
  expect(await ask(url, versions)).toEqual([{ version: replaced }, { version: replaced }]);
});

test('an upgrade withdraws runs that a fast clock had added, and frees their report times', async () => {
  const url = await firstStore();
  await ask(
    url,
    `insert into report_runs (report_time, as_of, state, attempt, queued_at, completed_at) values
       ('2026-03-03T10:00:00Z', false, 'completed', 1, '2026-03-01T10:00:00Z', '2026-03-01T10:00:01Z'),
       ('2026-03-03T11:00:00Z', false, 'queued', 0, '2026-03-01T11:00:00Z', null),
       ('2026-03-01T10:00:01Z', false, 'completed', 1, '2026-03-01T10:00:00.4Z', '2026-03-01T10:00:02Z'),
       ('2026-02-28T23:59:59Z', true, 'completed', 1, '2026-03-01T10:00:00Z', '2026-03-01T10:00:02Z')`,
  );
  await ask(url, migration('20261127120000_withdrawn_runs'));

  const runs = await ask(
    url,
    `select id, state, pruned_at is not null as pruned, interrupted from report_runs order by id`,
  );
  expect(runs).toEqual([
    { id: 1, state: 'withdrawn', pruned: true, interrupted: 0 },
    { id: 2, state: 'withdrawn', pruned: true, interrupted: 0 },
    { id: 3, state: 'completed', pruned: false, interrupted: 0 },
    { id: 4, state: 'completed', pruned: false, interrupted: 0 },
  ]);
  const again = `insert into report_runs (report_time, as_of) values ('2026-03-03T10:00:00Z', false)`;
  await ask(url, again);
  await expect(ask(url, again)).rejects.toThrow(/report_runs_moment/);
});

/** A store after all migrations before one. */
async function storeBefore(name: string): Promise<string> {
  const url = await firstStore();
  await ask(url, 'create table _prisma_migrations (migration_name text, checksum text)');
  const all = readdirSync('prisma/migrations', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name < name)
    .map((entry) => entry.name);
  for (const earlier of all.sort().slice(1)) await ask(url, migration(earlier));
  return url;
}

test('an upgrade keeps the keys of all pairs of user and org, and later pairs get new ones', async () => {
  const url = await storeBefore('20261128040000_packed_pairs');
  const pairs = Array.from({ length: 500 }, (_, n) => [1 + ((n * 37) % 130), 1 + (n % 250)]);
  const columns = [pairs.map(([user]) => user), pairs.map(([, org]) => org)];
  await ask(
    url,
    'insert into activity_pairs (user_key, org_key) select * from unnest($1::int[], $2::int[])',
    columns,
  );
  const before = await ask<UserAndOrg & { id: number }>(
    url,
    'select id, user_key as "user", org_key as org from activity_pairs order by id',
  );
  await ask(url, migration('20261128040000_packed_pairs'));

  const client = new pg.Client({ connectionString: url });
  await client.connect();
  afterwards(() => client.end());
  const later = { user: 64, org: 9_999 };
  expect(before).toHaveLength(500);
  const after = await pairKeys(client, PairSet.of([...before, later]));
  expect([...after]).toEqual([...before.map(({ id }) => id), 501]);
  expect([...(await pairKeys(client, PairSet.of([later])))]).toEqual([501]);
});

// Undoes the migration, as a store of the version before it is.
const BEFORE_TRAITS = [
  'drop table user_traits, org_traits',
  'alter table source_counts drop column reason',
  'alter table source_counts add primary key (hour, kind, source, type, outcome)',
  `delete from _prisma_migrations where migration_name = '20261127140000_traits'`,
];

/** The numbers of a store: all rankings as of yesterday, by a run made now, the charts and the counts. */
async function numbersOf({ api }: TestService) {
  const { run_id: runId } = await api.run(dayBefore(1));
  const rankings = [];
  for (const [subject, report, interval] of RANKINGS) {
    const { rows, total_count: total } = await api.ranking(subject, report, interval, { runId });
    rankings.push([
      subject,
      report,
      interval,
      total,
      rows.map((row) => ({ ...row, id: 0, report_id: 0 })),
    ]);
  }
  const [source] = await sources(api);
  return { rankings, charts: await readCharts(api), lastDay: source!.last_day };
}

test('an upgrade of a store without traits changes no report, chart or count', async () => {
  const url = await cloneDatabase();
  afterwards(() => dropDatabase(url));
  const traits = { USER_TRAITS: 'plan', ORG_TRAITS: 'plan' };
  const history = aHistory(100);
  const first = await startTestService({ DATABASE_URL: url });
  afterwards(() => first.stop());
  await first.api.ingest(history);
  await first.chartsAreFresh();
  const before = await numbersOf(first);
  await first.stop();
  for (const sql of BEFORE_TRAITS) await ask(url, sql);

  const second = await startTestService({ DATABASE_URL: url, ...traits });
  afterwards(() => second.stop());
  expect(await numbersOf(second)).toEqual(before);
  await expectTheModelsAnswers([second.api], url, history);
  const user = { user_id: 'later', email: 'later@x.example', traits: { plan: 'pro' } };
  const created = { id: 'later', type: 'user.created', data: user };
  await second.api.ingest([created]);
  const { body } = await second.api.get('/api/insights/v1/users/later');
  expect(body).toMatchObject({ traits: { plan: 'pro' } });
}, 240_000);
