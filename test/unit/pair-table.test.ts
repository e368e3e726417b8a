import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PairTable } from '../../libs/reports/engine/pair-table.js';

/** Few users and orgs, so that pairs repeat and chains of slots meet. */
const pair = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }));
const step = fc.oneof(
  { arbitrary: pair, weight: 60 },
  { arbitrary: fc.constant('truncate' as const), weight: 1 },
);

test('a table finds every pair by its key, and none that was removed, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000, size: 'max' }), (steps) => {
      const table = new PairTable();
      let known = new Map<string, number>();
      const wrong: string[] = [];
      const check = (user: number, org: number): number => {
        const found = table.find(user, org);
        if (found !== (known.get(`${user}/${org}`) ?? 0)) wrong.push(`${user}/${org}: ${found}`);
        return found;
      };
      for (const one of steps) {
        if (one === 'truncate') {
          const last = Math.floor(table.last / 2);
          table.truncate(last);
          known = new Map([...known].filter(([, key]) => key <= last));
          continue;
        }
        const [user, org] = one;
        if (check(user, org) !== 0) continue;
        // Keys may have gaps, as numbers of a sequence do.
        const key = table.last + 1 + ((user + org) % 3);
        table.add(key, user, org);
        known.set(`${user}/${org}`, key);
      }
      for (let user = 1; user <= 60; user++) {
        for (let org = 1; org <= 60; org++) check(user, org);
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test('appended pairs are found once they are indexed, together with earlier and later ones', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.nat(5_000), fc.nat(40)), { selector: String }),
      (all) => {
        const table = new PairTable();
        const known = all.map(([user, org], index) => ({
          key: 2 * index + 1,
          user: user + 1,
          org,
        }));
        const third = Math.ceil(known.length / 3);
        for (const { key, user, org } of known.slice(0, third)) table.add(key, user, org);
        const before = table.last;
        table.makeRoom(2 * known.length);
        for (const { key, user, org } of known.slice(third, 2 * third))
          table.append(key, user, org);
        table.index(before);
        for (const { key, user, org } of known.slice(2 * third)) table.add(key, user, org);
        expect(known.filter(({ key, user, org }) => table.find(user, org) !== key)).toEqual([]);
        expect(table.find(5_002, 1)).toBe(0);
      },
    ),
  );
});

test('a user may have any number of pairs', () => {
  const table = new PairTable();
  for (let org = 1; org <= 50_000; org++) table.add(org, 7, org);
  const before = process.cpuUsage();
  for (let org = 1; org <= 50_000; org++) if (table.find(7, org) !== org) throw new Error(`${org}`);
  expect(table.find(7, 50_001)).toBe(0);
  const { user, system } = process.cpuUsage(before);
  // About 0.02 s; in one chain of neighbouring slots, 5 s.
  expect((user + system) / 1e6).toBeLessThan(1);
});

test('pairs may be added in any order of keys', () => {
  const table = new PairTable();
  const keys = Array.from({ length: 5_000 }, (_, index) => ((index * 7) % 5_000) + 1);
  for (const key of keys) table.add(key, key, key + 1);
  expect(table.last).toBe(5_000);
  expect(keys.every((key) => table.find(key, key + 1) === key)).toBe(true);
});
