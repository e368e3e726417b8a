import type { OrgChange, UserChange } from './batch.js';
import type { KnownNames } from './users.store.js';

/** By what deleted users and orgs may be mentioned elsewhere, other than by their ids. */
export interface Traces {
  /** Addresses, usernames, names of orgs. */
  texts: string[];
  /** First and last names of users, those that were known of each. */
  names: string[][];
}

/**
 * The traces of deleted subjects.
 * @param known what the store knew of the users
 * @param orgNames what the store knew of the orgs
 * @param users what the batch that deletes them says of the users
 * @param orgs the same of the orgs
 */
export function tracesOf(
  known: readonly KnownNames[],
  orgNames: readonly string[],
  users: readonly UserChange[],
  orgs: readonly OrgChange[],
): Traces {
  const people = [...known, ...users.map(namesIn)];
  return {
    texts: [
      ...people.flatMap(({ email, username }) => [email, username]),
      ...orgNames,
      ...orgs.map(({ name }) => name?.value),
    ].filter(isFilled),
    names: people
      .map((person) => [person.first_name, person.last_name].filter(isFilled))
      .filter((name) => name.length > 0),
  };
}

function namesIn({ profile }: UserChange): KnownNames {
  const valueOf = (field: keyof KnownNames) => profile[field]?.value ?? null;
  return {
    email: valueOf('email'),
    username: valueOf('username'),
    first_name: valueOf('first_name'),
    last_name: valueOf('last_name'),
  };
}

function isFilled(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.trim() !== '';
}
