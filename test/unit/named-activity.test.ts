import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ActivityBitmaps } from '../../libs/reports/engine/activity-bitmaps.js';
import { namedActivity, wordsOf } from '../../libs/reports/engine/named-activity.js';
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
        const active = ActivityBitmaps.none(USERS);
        for (const { user, org, age } of days) {
          const row = pairs.find(user + 1, org) || pairs.add(user + 1, org);
          // Pairs may have no activity.
          if (age % 7 !== 0) named.mark(row, age);
          active.mark(user + 1, age);
        }
        for (const { user, age } of others) active.mark(user + 1, age);
        const found = namedActivity(pairs, named.words, active, new ScratchBuffers());
        expect(found !== undefined).toBe(pairs.count > 0);
        if (!found) return;
        const daysOf = ({ words }: ActivityBitmaps, key: number) =>
          [...words.subarray(key * WORDS, (key + 1) * WORDS)].map((word) => word >>> 0);
        for (let user = 1; user <= USERS; user++) {
          const unnamed = daysOf(active, user);
          for (let org = 1; org <= ORGS; org++) {
            const days = daysOf(named, pairs.find(user, org));
            const first = wordsOf(found, user, org);
            expect([...found.words.subarray(first, first + WORDS)]).toEqual(days);
            for (const [index, word] of days.entries()) unnamed[index]! &= ~word;
          }
          const left = found.unnamed.subarray(user * WORDS, (user + 1) * WORDS);
          expect([...left]).toEqual(unnamed.map((word) => word >>> 0));
        }
      },
    ),
  );
});
