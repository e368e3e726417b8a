import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { Database } from '#libs/database';
import { highestPair, scanPairsAfter } from '#libs/facts';
import { ownershipsIn, spansOf } from '../../../libs/facts/membership/membership-replay.js';
import type { Ownership } from '../../../libs/facts/membership/ownerships.js';
import { OwnerRoles } from '../../../libs/facts/membership/owner-roles.js';
import { packStep } from '../../../libs/facts/membership/steps.js';
import { versionOf } from '../../../libs/facts/membership/version.js';
import { PairSet } from '../../../libs/facts/blocks/pair-set.js';
import { pairKeys } from '../../../libs/facts/write/activity-pairs.store.js';
import { Deletions } from '../../../libs/facts/read/deletions.js';
import { SCAN_MEMBERSHIPS, scanMemberships } from '../../../libs/facts/read/scan-memberships.js';
import { Subjects } from '../../../libs/facts/replica/subjects.js';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';

let url: string;
let database: Database;

beforeAll(async () => {
  url = await cloneDatabase();
  database = new Database({ DATABASE_URL: url, DATABASE_POOL_SIZE: 3 });
});

afterAll(async () => {
  await database.onApplicationShutdown();
  await dropDatabase(url);
});

const IDS = ['b', 'a', '\u{1F600}', 'a b', 'ab', 'A', '~', "o'clock", 'é', '\uFB00', 'a\\'];

test('the order of the ids is the same however many keys a row has', async () => {
  const ids = [...IDS, ...Array.from({ length: 50 }, (_, index) => `user ${(index * 37) % 50}`)];
  await ask(url, 'insert into user_ids (user_id) select unnest($1::text[])', [ids]);
  const expected = ids.toSorted((one, other) => Buffer.from(one).compare(Buffer.from(other)));
  const rows = await ask<{ id: number; user_id: string }>(url, 'select id, user_id from user_ids');
  for (const keysARow of [1, 2, 60, 61, 62, 1_000]) {
    const users = Subjects.users();
    await database.snapshot(([db]) => users.readOrder(db, keysARow));
    const found = users.ranks();
    expect({
      keysARow,
      ids: rows
        .toSorted((one, other) => found[one.id]! - found[other.id]!)
        .map((row) => row.user_id),
    }).toEqual({ keysARow, ids: expected });
  }
});

/** Keys of one statement. */
const RANGE = 2 ** 18;

test('subjects with any keys and instants are read as they are stored', async () => {
  const instants = ['1969-12-31 23:59:59.9999', '2026-02-03 04:05:06.7895', '0044-03-15 BC', null];
  const keys = [1, 2, RANGE - 1, RANGE, RANGE + 1, 3 * RANGE, 3 * RANGE + 5];
  const rows = keys.map((id, index) => ({
    id,
    created_at: instants[index % instants.length]!,
    deleted_stamp: index % 3 === 0 ? Buffer.from(`deleted ${id}`) : null,
  }));
  for (const { id, created_at, deleted_stamp } of rows) {
    const insert = `insert into orgs (id, created_at, deleted_stamp) values ($1, $2::timestamp at time zone 'UTC', $3)`;
    await ask(url, insert, [id, created_at, deleted_stamp]);
  }
  const expected = await ask<{ id: number; ms: number | null; deleted_stamp: Buffer | null }>(
    url,
    `select id, floor(extract(epoch from created_at) * 1000)::float8 as ms, deleted_stamp from orgs order by id`,
  );
  for (const upTo of [undefined, 3 * RANGE, RANGE, 0]) {
    const orgs = Subjects.orgs();
    await database.snapshot(([db]) => orgs.read(db, upTo));
    const known = expected.filter(({ id }) => id <= (upTo ?? Infinity));
    expect(orgs.count).toBe(known.length);
    expect(known.map(({ id }) => orgs.createdAt[id])).toEqual(known.map(({ ms }) => ms ?? NaN));
    expect(expected.map(({ id }) => orgs.deletions.of(id)?.toString())).toEqual(
      expected.map((row) => (known.includes(row) ? row.deleted_stamp?.toString() : undefined)),
    );
  }
});

test('the pairs of activity above a key are read, each once, in the order of blocks of users', async () => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const pairs = Array.from({ length: 300 }, (_, n) => ({
    user: 1 + ((n * 77) % 200),
    org: 2 ** 31 - 1 - n,
  }));
  try {
    await pairKeys(client, PairSet.of(pairs.slice(0, 150)));
    await pairKeys(client, PairSet.of(pairs.slice(150)));
  } finally {
    await client.end();
  }
  await database.snapshot(async ([db]) => {
    expect(await highestPair(db)).toBe(pairs.length);
    for (const after of [0, 1, 149, 150, 299, 300]) {
      const found: [id: number, user: number, org: number][] = [];
      await scanPairsAfter(db, after, (...pair) => found.push(pair));
      const blocks = found.map(([, user]) => user >> 6);
      expect(blocks).toEqual(blocks.toSorted((one, other) => one - other));
      expect(found.toSorted(([one], [other]) => one - other)).toEqual(
        pairs.map(({ user, org }, n) => [n + 1, user, org]).slice(after),
      );
    }
  });
});

const stepArb = fc.record({
  at: fc.integer({ min: 0, max: 2 ** 41 }),
  kind: fc.constantFrom('add' as const, 'add' as const, 'remove' as const, 'role' as const),
  role: fc.constantFrom(null, 'Owner', 'Member', 'Owners', 'é'),
});

test.each([[['Owner']], [['é', 'Member']], [[]]])(
  'memberships with any steps have the spans and ownerships of their replay, with the owner roles %j',
  async (names) => {
    const roles = new OwnerRoles(names);
    const pairsArb = fc.array(fc.array(stepArb, { minLength: 1, maxLength: 3 }), { minLength: 1 });
    const property = fc.asyncProperty(pairsArb, async (pairs) => {
      const packed = pairs.map((steps) =>
        Buffer.concat(
          steps.map(({ at, kind, role }, index) =>
            packStep({ version: versionOf({ at, id: `e${index}`, source: 's' }), kind, role }),
          ),
        ),
      );
      await ask(url, 'truncate memberships');
      const insert = `
        insert into memberships (user_key, org_key, steps)
        select n, 9, steps from unnest($1::bytea[]) with ordinality as all_steps (steps, n)`;
      await ask(url, insert, [packed]);
      const spans = new Map<number, unknown>();
      const owned = new Map<number, Ownership[]>();
      const deletions = { users: new Deletions(), orgs: new Deletions() };
      const withoutRole = ({ role: _role, ...span }: ReturnType<typeof spansOf>[number]) => span;
      await database.snapshot(([db]) =>
        scanMemberships(
          ...([db, SCAN_MEMBERSHIPS, deletions] as const),
          (user, _org, found) => spans.set(user, found.map(withoutRole)),
          {
            roles,
            onOwnerships: (user, _org, found) =>
              void owned.set(
                user,
                found.map((one) => ({ ...one })),
              ),
          },
        ),
      );
      for (const [index, steps] of packed.entries()) {
        expect(spans.get(index + 1)).toEqual(spansOf(steps).map(withoutRole));
        expect(owned.get(index + 1) ?? []).toEqual(ownershipsIn(steps, roles.names));
      }
    });
    await fc.assert(property, { numRuns: 20 });
  },
);
