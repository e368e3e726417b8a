import fc from 'fast-check';
import type { Subject } from './facts.js';
import { ROLES } from './pools.js';
import { TRAIT_LISTS } from './random-traits.js';
import type { Condition } from './segments.js';

const TRAIT_VALUES = ['pro', 'team', 'Pro', '', 'true', '7', 0, 7, -1.5, 20, true, false] as const;

const PARAMETERS = ['signup.utm_source', 'signup.ref', 'signup.Ünï', 'signup.never'];
const KEYS: Record<Subject, readonly string[]> = {
  user: [
    ...TRAIT_LISTS.user.map((key) => `trait.${key}`),
    ...TRAIT_LISTS.org.map((key) => `org.${key}`),
    ...PARAMETERS,
    ...['role', 'domain'],
  ],
  org: TRAIT_LISTS.org.map((key) => `trait.${key}`),
};

/** Values that a key of the random histories may have, and some that it never has. */
function valuesFor(key: string): readonly (string | number | boolean)[] {
  if (key === 'role') return [...ROLES, 'owner'];
  if (key === 'domain') return ['example.com', 'EXAMPLE.org', 'eu.example.com', 'com'];
  return key.startsWith('signup.') ? ['ad', '', '\u{1F600}', 'AD'] : TRAIT_VALUES;
}

function conditionOn(key: string): fc.Arbitrary<Condition> {
  const values = fc.uniqueArray(fc.constantFrom(...valuesFor(key)), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    values.map((some): Condition => [key, 'is', some]),
    values.map((some): Condition => [key, 'is_not', some]),
    fc
      .tuple(fc.constantFrom<('gte' | 'lte')[]>('gte', 'lte'), fc.constantFrom(0, 7, -1.5, 1e300))
      .map(([operator, limit]): Condition => [key, operator, limit]),
    fc
      .constantFrom<('set' | 'unset')[]>('set', 'unset')
      .map((operator): Condition => [key, operator]),
  );
}

/** One condition on the random histories. */
export const conditionArb = (subject: Subject): fc.Arbitrary<Condition> =>
  fc.constantFrom(...KEYS[subject]).chain(conditionOn);

/** A segment of few conditions; sometimes none. */
export const whereArb = (subject: Subject): fc.Arbitrary<Condition[]> =>
  fc.array(conditionArb(subject), { maxLength: 2 });
