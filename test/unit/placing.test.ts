import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bitset } from '#libs/facts';
import { ActivityBitmaps } from '../../libs/reports/engine/activity-bitmaps.js';
import { ScratchBuffers } from '../../libs/reports/engine/scratch-buffers.js';
import { beginSort, sortPart } from '../../libs/reports/engine/sort-users.js';

const MASK_WORDS = 3;
/** More users than fit into one bucket. */
const MOST = 20_000;

interface User {
  rank: number;
  lastActiveAt: number;
  exists: boolean;
}

/** Any number of users from few random numbers. The shorter the span, the more users share a second. */
const usersArb = fc
  .record({
    count: fc.integer({ min: 0, max: MOST }),
    seed: fc.nat(),
    span: fc.constantFrom(1, 60, 100_000, 40_000_000, 2 ** 32),
    gone: fc.constantFrom(0, 0.3, 1),
  })
  .map(({ count, seed, span, gone }) => {
    const random = numbers(seed);
    const ranks = Array.from({ length: count }, (_, rank) => ({ rank, by: random() }));
    ranks.sort((one, other) => one.by - other.by);
    return ranks.map(({ rank }): User => {
      // Most users were active recently.
      const lastActiveAt = 2 ** 32 - 1 - Math.floor(random() ** 4 * span);
      return { rank, lastActiveAt, exists: random() >= gone };
    });
  });

/** Numbers from 0 to 1, always the same of a seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('users are sorted by last activity descending, then by id, with all their data', () => {
  const memory = new ScratchBuffers();
  fc.assert(
    fc.property(usersArb, fc.integer({ min: 1, max: 5 }), (users, count) => {
      memory.rewind();
      const exists = new Bitset(users.length);
      const words = new Uint32Array(users.length * MASK_WORDS);
      for (const [key, user] of users.entries()) {
        if (user.exists) exists.add(key);
        words.set([key, ~key, key ^ 0x5a5a], key * MASK_WORDS);
      }
      const { sorted: placed, parts } = beginSort(
        {
          exists,
          ranks: Uint32Array.from(users, ({ rank }) => rank),
          lastActiveAt: Uint32Array.from(users, ({ lastActiveAt }) => lastActiveAt),
          createdAt: Float64Array.from(users, (_, key) => key * 1000 + 999),
          activity: ActivityBitmaps.over(words),
        },
        memory,
        count,
      );
      for (const part of parts) sortPart(part, memory);
      const expected = users
        .map((user, key) => ({ ...user, key }))
        .filter((user) => user.exists)
        .sort((one, other) => other.lastActiveAt - one.lastActiveAt || one.rank - other.rank);
      expect(placed.activity.size).toBe(expected.length);
      const found = new Uint32Array(MASK_WORDS);
      const wrong = expected.filter(({ key, lastActiveAt }, place) => {
        placed.activity.copyTo(found, 0, place);
        const [one, two, three] = found;
        return !(
          placed.keys[place] === key &&
          placed.createdAt[place] === key &&
          placed.lastActiveAt[place] === lastActiveAt &&
          one === key &&
          two === ~key >>> 0 &&
          three === (key ^ 0x5a5a)
        );
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
