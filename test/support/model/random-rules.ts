import fc from 'fast-check';
import { NO_RULES, type ExclusionRules } from './exclusions.js';
import { DOMAIN_RULES, ORGS, USERS } from './pools.js';

const some = (values: readonly string[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength });

/** Exclusion rules for random histories: few, with ids that are not known, or for all users. */
export const rulesArb: fc.Arbitrary<ExclusionRules> = fc.oneof(
  {
    arbitrary: fc.record({
      email_domains: some(DOMAIN_RULES, 2),
      user_ids: some([...USERS, 'unknown user'], 2),
      org_ids: some([...ORGS, 'unknown org'], 1),
    }),
    weight: 12,
  },
  {
    arbitrary: fc.constant<ExclusionRules>({ ...NO_RULES, email_domains: ['example.com'] }),
    weight: 2,
  },
  { arbitrary: fc.constant<ExclusionRules>({ ...NO_RULES, user_ids: USERS }), weight: 1 },
  {
    arbitrary: fc.constant<ExclusionRules>({ ...NO_RULES, user_ids: USERS, org_ids: ORGS }),
    weight: 1,
  },
);
