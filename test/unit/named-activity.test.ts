import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ActivityBitmaps } from '../../libs/reports/engine/activity-bitmaps.js';
import { namedActivity, rowOf } from '../../libs/reports/engine/named-activity.js';
import { PairTable } from '../../libs/reports/engine/pair-table.js';
import { ScratchBuffers } from '../../libs/reports/engine/scratch-buffers.js';

const USERS = 5;
const ORGS = 60;
const WORDS = 3;

/** Few users and many orgs, so that some users name a few orgs and some name dozens. */
const day = fc.record({
  user: fc.oneof(fc.constant(2), fc.integer({ min: 0, max: USERS - 1 })),
  org: fc.integer({ min: 1, max: ORGS }),
  age: fc.integer({ min: 0, max: 89 }),
});
/** Days that were active without naming an org. */
const other = fc.record({
  user: fc.integer({ min: 0, max: USERS - 1 }),
  age: fc.integer({ min: 0, max: 89 }),
});

test('each pair has its named days, each user the other days, whatever is named', () => {
  fc.assert(
    fc.property(
      fc.array(day, { maxLength: 400, size: 'max' }),
      fc.array(other, { maxLength: 100 }),
      (days, others) => {
        const [pairs, named] = [new PairTable(), ActivityBitmaps.none(2_000)];
        const keys = new Map<string, number>();
        const active = ActivityBitmaps.none(USERS);
        for (const { user, org, age } of days) {
          // Keys may have gaps, and pairs may have no activity.
          const key = keys.get(`${user + 1}/${org}`) ?? pairs.last + 1 + (org % 3);
          keys.set(`${user + 1}/${org}`, key);
          pairs.add(key, user + 1, org);
          if (age % 7 !== 0) named.mark(key, age);
          active.mark(user + 1, age);
        }
        for (const { user, age } of others) active.mark(user + 1, age);
        const found = namedActivity(pairs, named.words, active, new ScratchBuffers());
        const isNamed = named.words.some((word) => word !== 0);
        expect(found !== undefined).toBe(isNamed);
        if (!found) return;
        const wordsOf = ({ words }: ActivityBitmaps, key: number) =>
          [...words.subarray(key * WORDS, (key + 1) * WORDS)].map((word) => word >>> 0);
        for (let user = 1; user <= USERS; user++) {
          const unnamed = wordsOf(active, user);
          for (let org = 1; org <= ORGS; org++) {
            const days = wordsOf(named, keys.get(`${user}/${org}`) ?? 0);
            const row = rowOf(found, user, org);
            expect([...found.rows.subarray(row + 1, row + 1 + WORDS)]).toEqual(days);
            for (const [index, word] of days.entries()) unnamed[index]! &= ~word;
          }
          const left = found.unnamed.subarray(user * WORDS, (user + 1) * WORDS);
          expect([...left]).toEqual(unnamed.map((word) => word >>> 0));
        }
      },
    ),
  );
});
