import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PairTable } from '../../libs/reports/engine/pair-table.js';

type Pair = [user: number, org: number];

/** Few users and orgs, so that pairs repeat and chains of slots meet. */
const pair = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }));
const step = fc.oneof(
  { arbitrary: fc.record({ add: pair }), weight: 60 },
  { arbitrary: fc.record({ find: fc.array(pair, { maxLength: 100 }) }), weight: 10 },
  { arbitrary: fc.constant('truncate' as const), weight: 1 },
);

function keysIn(table: PairTable, pairs: readonly Pair[]): number[] {
  const [users, orgs] = [pairs.map(([user]) => user), pairs.map(([, org]) => org)];
  return [...table.keysFor(users, orgs)];
}

test('a table finds every pair by its key and adds the others, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1_000, size: 'max' }), (steps) => {
      const table = new PairTable();
      let known = new Map<string, number>();
      for (const one of steps) {
        if (one === 'truncate') {
          const last = Math.floor(table.last / 2);
          table.truncate(last);
          known = new Map([...known].filter(([, key]) => key <= last));
        } else if ('add' in one) {
          const [user, org] = one.add;
          if (known.has(`${user}/${org}`)) continue;
          // Keys may have gaps, as numbers of a sequence do.
          const key = table.last + 1 + ((user + org) % 3);
          table.add(key, user, org);
          known.set(`${user}/${org}`, key);
        } else {
          let { last } = table;
          const expected = one.find.map(([user, org]) => {
            const key = known.get(`${user}/${org}`) ?? ++last;
            known.set(`${user}/${org}`, key);
            return key;
          });
          expect(keysIn(table, one.find)).toEqual(expected);
          expect(table.last).toBe(last);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a user may have any number of pairs', () => {
  const table = new PairTable();
  for (let org = 1; org <= 50_000; org++) table.add(org, 7, org);
  const orgs = Array.from({ length: 50_001 }, (_, index) => index + 1);
  expect(
    keysIn(
      table,
      orgs.map((org): Pair => [7, org]),
    ),
  ).toEqual(orgs);
  expect(table.last).toBe(50_001);
});

test('pairs may be added in any order of keys', () => {
  const table = new PairTable();
  const keys = Array.from({ length: 5_000 }, (_, index) => ((index * 7) % 5_000) + 1);
  for (const key of keys) table.add(key, key, key + 1);
  expect(table.last).toBe(5_000);
  expect(
    keysIn(
      table,
      keys.map((key): Pair => [key, key + 1]),
    ),
  ).toEqual(keys);
});
