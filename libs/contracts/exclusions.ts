import { z } from 'zod';
import { id, isStorable, typed } from './fields.js';
import { nameSchemas } from './named.js';

// The shapes of /api/admin/v1/exclusions.

/** The most rules in each list. */
export const MAX_EXCLUSION_RULES = 10_000;
/** The longest name of a domain that the DNS permits. */
const MAX_DOMAIN = 253;
const DOMAIN_RULE = 'must be a domain such as example.com, or *.example.com for its subdomains';
const TWO_LABELS = 'must name two labels or more after *., such as *.example.com';
const WILDCARD = '*.';

/** @returns the problem of a domain in lower case; undefined for none */
function problemOf(domain: string): string | undefined {
  const name = domain.startsWith(WILDCARD) ? domain.slice(WILDCARD.length) : domain;
  if (name === '' || name.length > MAX_DOMAIN || !isStorable(name)) return DOMAIN_RULE;
  if (/[\s@*]/u.test(name)) return DOMAIN_RULE;
  if (name === domain) return undefined;
  const labels = name.split('.');
  if (labels.includes('')) return DOMAIN_RULE;
  return labels.length < 2 ? TWO_LABELS : undefined;
}

/** An e-mail domain, or `*.` and a domain for its subdomains. Blanks around it and upper case are accepted. */
const emailDomain = z
  .string({ error: typed('a string') })
  .transform((given, context) => {
    const domain = given.trim().toLowerCase();
    const problem = problemOf(domain);
    if (problem === undefined) return domain;
    context.addIssue(problem);
    return z.NEVER;
  })
  .describe('a domain such as example.com, or *.example.com for its subdomains of any depth');

const listOf = <T extends z.ZodType<string, string>>(rule: T) =>
  z
    .array(rule, { error: typed('a list') })
    .max(MAX_EXCLUSION_RULES, `must have at most ${MAX_EXCLUSION_RULES} entries`)
    .transform((all) => [...new Set(all)])
    .default([]);

/** The rules: people and organizations that are excluded from every number. */
export const exclusionRules = z.strictObject({
  email_domains: listOf(emailDomain).describe(
    'excludes the users whose e-mail has the domain: what follows the last @, in lower case',
  ),
  user_ids: listOf(id),
  org_ids: listOf(id),
});

const count = z.int().min(0);
const excluded = z
  .object({ users: count, orgs: count })
  .describe('how many existing users and organizations the rules exclude');

export const exclusionsPreview = z.object({ excluded });

export const exclusions = z.object({
  email_domains: z.array(z.string()),
  user_ids: z.array(z.string()),
  org_ids: z.array(z.string()),
  version: count.describe('raised by every change of the rules; each run has the version it used'),
  excluded,
});

nameSchemas({
  ...{ ExclusionRules: exclusionRules, Exclusions: exclusions },
  ExclusionsPreview: exclusionsPreview,
});

export type ExclusionRules = z.output<typeof exclusionRules>;
export type Exclusions = z.infer<typeof exclusions>;
export type ExclusionsPreview = z.infer<typeof exclusionsPreview>;

/** The version and the numbers of rules, for the audit log. The rules themselves name persons. */
export function countsOf(rules: Exclusions) {
  const { version, email_domains: domains, user_ids: users, org_ids: orgs } = rules;
  const counts = { email_domains: domains.length, user_ids: users.length, org_ids: orgs.length };
  return { version, ...counts };
}
