import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PairTable, findNear } from '../../libs/reports/engine/pair-table.js';

/** Few users and orgs, so that pairs repeat and chains of slots meet. */
const pair = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }));
const step = fc.oneof(
  { arbitrary: pair, weight: 60 },
  { arbitrary: fc.constant('truncate' as const), weight: 1 },
);

test('a table finds the row of every pair, and none that was removed, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3_000, size: 'max' }), (steps) => {
      const table = new PairTable();
      let known = new Map<string, number>();
      const wrong: string[] = [];
      const check = (user: number, org: number): number => {
        const found = table.find(user, org);
        const near = user < table.columns.first.length ? findNear(table.columns, user, org) : 0;
        if (found !== (known.get(`${user}/${org}`) ?? 0) || near !== found)
          wrong.push(`${user}/${org}: ${found} and ${near}`);
        return found;
      };
      for (const one of steps) {
        if (one === 'truncate') {
          const count = Math.floor(table.count / 2);
          table.truncate(count);
          known = new Map([...known].filter(([, row]) => row <= count));
          continue;
        }
        const [user, org] = one;
        if (check(user, org) !== 0) continue;
        known.set(`${user}/${org}`, table.add(user, org));
      }
      for (let user = 1; user <= 60; user++) {
        for (let org = 1; org <= 60; org++) check(user, org);
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test('a user may have any number of pairs', () => {
  const table = new PairTable();
  for (let org = 1; org <= 50_000; org++) table.add(7, org);
  const orgs = Array.from({ length: 50_001 }, (_, index) => index + 1);
  expect(orgs.filter((org) => table.find(7, org) !== org)).toEqual([50_001]);
  expect(table.find(7, 50_001)).toBe(0);
});
