import fc from 'fast-check';

/** The keys that services started with `TRAIT_SETTINGS` keep. */
export const TRAIT_LISTS = {
  user: ['plan', 'a.b-C_9', '__proto__'],
  org: ['seats', 'plan', '__proto__'],
};
export const TRAIT_SETTINGS = {
  USER_TRAITS: TRAIT_LISTS.user.join(','),
  ORG_TRAITS: TRAIT_LISTS.org.join(', '),
};

const value = fc.oneof(
  fc.constantFrom('pro', 'team', '', 'Ünï \u{1F600}', 'true', '7', '\u{1F600}'.repeat(200)),
  fc.constantFrom(0, 7, -1.5, 1e300, 20),
  fc.boolean(),
  fc.constant(null),
);
/** Values for unlisted keys: anything is allowed. */
const anything = fc.constantFrom<unknown>({ deep: [1] }, [], 'x'.repeat(201), '\0', 'pro');

const entry = fc
  .constantFrom('plan', 'seats', '__proto__', 'a.b-C_9', 'unlisted', 'no key \0')
  .chain((key) => {
    const isKnown = Object.values(TRAIT_LISTS).some((keys) => keys.includes(key));
    return fc.tuple(fc.constant(key), isKnown ? value : anything);
  });

/** Traits under listed and unlisted keys. `__proto__` is an ordinary member. */
export const traits: fc.Arbitrary<Record<string, unknown>> = fc
  .uniqueArray(entry, { maxLength: 4, selector: ([key]) => key })
  .map((entries) => Object.fromEntries(entries));
