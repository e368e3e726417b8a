import type { Exclusions, ExclusionsPreview, Subject } from '#libs/contracts';
import { get, send } from './client.js';

const PATH = '/api/admin/v1/exclusions';

/** The rules: e-mail domains, and ids of users and organizations. */
export type Rules = Pick<Exclusions, 'email_domains' | 'user_ids' | 'org_ids'>;
export type RuleList = keyof Rules;

const LIST_OF = { user: 'user_ids', org: 'org_ids' } as const satisfies Record<Subject, RuleList>;

export const rulesOf = ({ email_domains, user_ids, org_ids }: Rules): Rules => ({
  email_domains,
  user_ids,
  org_ids,
});

/** Only for administrators. @throws Failure */
export const readExclusions = (signal?: AbortSignal): Promise<Exclusions> => get(PATH, signal);

/** Replaces the rules. @throws Failure */
export async function saveRules(rules: Rules): Promise<Exclusions> {
  return (await (await send('PUT', PATH, rules)).json()) as Exclusions;
}

/** How many users and organizations some rules exclude; changes nothing. @throws Failure when a rule is not valid */
export async function previewRules(rules: Rules): Promise<Exclusions['excluded']> {
  const reply = await send('POST', `${PATH}/preview`, rules);
  return ((await reply.json()) as ExclusionsPreview).excluded;
}

/** Adds the id of a user or an organization to the rules, or removes it. @throws Failure */
export async function setExcluded(
  subject: Subject,
  id: string,
  isExcluded: boolean,
): Promise<Exclusions> {
  const list = LIST_OF[subject];
  const rules = rulesOf(await readExclusions());
  const others = rules[list].filter((one) => one !== id);
  return saveRules({ ...rules, [list]: isExcluded ? [...others, id] : others });
}

/** The rules that exclude a user or an organization: its id, and domains of the e-mail. */
export function causesIn(
  rules: Rules,
  subject: Subject,
  id: string,
  email: string | null,
): { isListed: boolean; domains: string[] } {
  const domain = email?.slice(email.lastIndexOf('@') + 1).toLowerCase() ?? '';
  const isMeant = (rule: string) =>
    rule === domain || (rule.startsWith('*.') && domain.endsWith(rule.slice(1)));
  return {
    isListed: rules[LIST_OF[subject]].includes(id),
    domains: email?.includes('@') ? rules.email_domains.filter(isMeant) : [],
  };
}
