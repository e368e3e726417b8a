import { PROFILE_FIELDS, type ProfileField, type ProfileValues } from '#libs/contracts';
import type { OrgChange, UserChange } from './batch.js';

/** A single first or last name is too common to identify a user. */
const NAME_FIELDS: readonly ProfileField[] = ['first_name', 'last_name'];
const SINGLE_FIELDS = PROFILE_FIELDS.filter((field) => !NAME_FIELDS.includes(field));

/** Texts other than ids that may mention deleted users and orgs elsewhere. */
export interface Traces {
  /** Addresses, usernames, other fields of profiles, and org names. */
  texts: string[];
  /** The known first and last names, a list per user. */
  names: string[][];
}

/**
 * The traces of deleted subjects.
 * @param known the users' fields in the store
 * @param orgNames the orgs' names in the store
 * @param users the users' changes in the batch that deletes them
 * @param orgs the orgs' changes in the same batch
 */
export function tracesOf(
  known: readonly ProfileValues[],
  orgNames: readonly string[],
  users: readonly UserChange[],
  orgs: readonly OrgChange[],
): Traces {
  const people = [...known, ...users.map(valuesIn)];
  return {
    texts: [
      ...people.flatMap((person) => SINGLE_FIELDS.map((field) => person[field])),
      ...orgNames,
      ...orgs.map(({ name }) => name?.value),
    ].filter(isFilled),
    names: people
      .map((person) => NAME_FIELDS.map((field) => person[field]).filter(isFilled))
      .filter((name) => name.length > 0),
  };
}

function valuesIn({ profile }: UserChange): ProfileValues {
  const valueOf = (field: ProfileField) => profile[field]?.value ?? null;
  return Object.fromEntries(
    PROFILE_FIELDS.map((field) => [field, valueOf(field)]),
  ) as ProfileValues;
}

function isFilled(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.trim() !== '';
}
