import type { OrgChange, UserChange } from './batch.js';
import type { KnownNames } from './users.store.js';

/** Texts other than ids by which deleted users and orgs may be mentioned elsewhere. */
export interface Traces {
  /** Addresses, usernames and org names. */
  texts: string[];
  /** The known first and last names, a list per user. */
  names: string[][];
}

/**
 * The traces of deleted subjects.
 * @param known the users' names in the store
 * @param orgNames the orgs' names in the store
 * @param users the users' changes in the batch that deletes them
 * @param orgs the orgs' changes in the same batch
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
