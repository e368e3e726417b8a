import type { TimedEvent } from './events.js';
import { ALL_KNOWN, createdIds, existsAt, profileField, type Subject } from './facts.js';
import { oncePerHistory, oncePerKey } from './once.js';

/** "The rules are e-mail domains [...], user ids and org ids". */
export interface ExclusionRules {
  email_domains: readonly string[];
  user_ids: readonly string[];
  org_ids: readonly string[];
}

export const NO_RULES: ExclusionRules = { email_domains: [], user_ids: [], org_ids: [] };

/** "what follows the last `@`, in lower case"; undefined: no `@`. */
export function domainOf(email: unknown): string | undefined {
  if (typeof email !== 'string' || !email.includes('@')) return undefined;
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

/** "`example.com` that exact domain, `*.example.com` its subdomains of any depth". */
function isListedDomain(domain: string, rules: readonly string[]): boolean {
  return rules
    .map((rule) => rule.toLowerCase())
    .some((rule) => (rule.startsWith('*.') ? domain.endsWith(rule.slice(1)) : domain === rule));
}

/** Every user id of a history that a profile may belong to, created or not. */
function profiledUsers(history: readonly TimedEvent[]): string[] {
  const carriers = history.filter(({ type }) => type === 'user.created' || type === 'user.updated');
  return [...new Set(carriers.map(({ data }) => String(data['user_id'])))];
}

const found = oncePerHistory(
  (_: readonly TimedEvent[]) => new Map<ExclusionRules, ReadonlySet<string>>(),
);

/**
 * "X = users whose id is listed or whose e-mail, as known now, has a listed domain". "they follow the same rule as the
 * e-mail itself (latest event wins, also after the deletion)": a deletion makes no difference.
 */
function excludedUsers(history: readonly TimedEvent[], rules: ExclusionRules): ReadonlySet<string> {
  return oncePerKey(found(history), rules, () => {
    const byDomain = profiledUsers(history).filter((id) => {
      const domain = domainOf(profileField(history, 'user', id, 'email'));
      return domain !== undefined && isListedDomain(domain, rules.email_domains);
    });
    return new Set([...rules.user_ids, ...byDomain]);
  });
}

const OF_AN_ORG = [
  ...['org.created', 'org.updated', 'org.deleted'],
  ...['user.added_to_org', 'user.removed_from_org', 'user.role_changed_within_org'],
  'user.invited_to_org',
];

/**
 * The events of "a store that was never sent: any event whose user or inviter is in X; org.* events of an org in Y;
 * membership steps and invites of an org in Y. Activity of a user outside X that names an org in Y stays".
 */
export function withoutExcluded(
  history: readonly TimedEvent[],
  rules: ExclusionRules,
): TimedEvent[] {
  const x = excludedUsers(history, rules);
  const isOfX = (id: unknown) => typeof id === 'string' && x.has(id);
  const isOfY = (id: unknown) => typeof id === 'string' && rules.org_ids.includes(id);
  return history.filter(
    ({ type, data }) =>
      !isOfX(data['user_id']) &&
      !isOfX(data['inviter_user_id']) &&
      !(OF_AN_ORG.includes(type) && isOfY(data['org_id'])),
  );
}

/** Whether a user or an org is excluded. */
export function isExcluded(
  history: readonly TimedEvent[],
  rules: ExclusionRules,
  subject: Subject,
  id: string,
): boolean {
  return subject === 'user' ? excludedUsers(history, rules).has(id) : rules.org_ids.includes(id);
}

/** `excluded` of the reply: "existing ones that the rules exclude". */
export function countExcluded(
  history: readonly TimedEvent[],
  rules: ExclusionRules,
): { users: number; orgs: number } {
  const count = (subject: Subject) =>
    createdIds(history, subject).filter(
      (id) => existsAt(history, subject, id, ALL_KNOWN) && isExcluded(history, rules, subject, id),
    ).length;
  return { users: count('user'), orgs: count('org') };
}
