import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PairSet } from '../../libs/facts/blocks/pair-set.js';

const keyArb = fc.integer({ min: 1, max: 5 });
const pairsArb = fc.array(fc.record({ user: keyArb, org: keyArb }), { maxLength: 60 });

test('a set of pairs has each pair once, at the place of its first addition', () => {
  fc.assert(
    fc.property(pairsArb, (pairs) => {
      const texts = [...new Set(pairs.map(({ user, org }) => `${user}/${org}`))];
      const set = PairSet.of(pairs);
      expect(set.users.map((user, place) => `${user}/${set.orgs[place]!}`)).toEqual(texts);
      expect(set.size).toBe(texts.length);
      for (let user = 0; user <= 6; user++) {
        for (let org = 0; org <= 6; org++)
          expect(set.find(user, org)).toBe(texts.indexOf(`${user}/${org}`));
      }
    }),
  );
});
