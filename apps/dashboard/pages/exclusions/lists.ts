import type { RuleList } from '../../api/exclusions.js';
import { orgAddress, userAddress } from '../../labels/names.js';

/** The words for one of the lists of rules. */
export interface ListWords {
  list: RuleList;
  title: string;
  /** What to type in. */
  label: string;
  placeholder: string;
  hint: string;
  empty: string;
  /** The page of a rule, if it has one. */
  address?: (value: string) => string;
}

export const LISTS: readonly ListWords[] = [
  {
    list: 'email_domains',
    title: 'E-mail domains',
    label: 'Domain',
    placeholder: 'example.com or *.example.com',
    hint: 'Excludes every user with an e-mail of the domain. example.com means exactly that domain; *.example.com means its subdomains of any depth, and needs two labels or more after “*.”.',
    empty: 'No domain is excluded.',
  },
  {
    list: 'user_ids',
    title: 'Users',
    label: 'Id of a user',
    placeholder: 'user id',
    hint: 'Excludes single users by id. The page of a user has a button for this.',
    empty: 'No user is excluded by id.',
    address: userAddress,
  },
  {
    list: 'org_ids',
    title: 'Organizations',
    label: 'Id of an organization',
    placeholder: 'organization id',
    hint: 'Excludes organizations by id: their numbers and memberships. Their members still count elsewhere. The page of an organization has a button for this.',
    empty: 'No organization is excluded.',
    address: orgAddress,
  },
];
