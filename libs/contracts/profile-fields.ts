import type { z } from 'zod';

/**
 * The text fields of a user's profile in the order of columns in files, with alternative column names for CSV
 * imports. Events, SQL, replies, files and the erasure of deleted users all use this list.
 */
export const PROFILE_COLUMNS = {
  email: ['email_address', 'mail'],
  username: ['user_name', 'login'],
  first_name: ['firstname', 'given_name'],
  last_name: ['lastname', 'family_name', 'surname'],
} as const satisfies Record<string, readonly string[]>;

export type ProfileField = keyof typeof PROFILE_COLUMNS;
export const PROFILE_FIELDS = Object.keys(PROFILE_COLUMNS) as ProfileField[];

/** The fields that an event can clear with `null`. An e-mail address can only be replaced. */
export const CLEARABLE_FIELDS = PROFILE_FIELDS.filter(
  (field): field is Exclude<ProfileField, 'email'> => field !== 'email',
);

/** The fields of one user; null when unknown. */
export type ProfileValues = Record<ProfileField, string | null>;

/** The same schema for each field, as the shape of an object. */
export function shapeOf<Field extends string, Schema extends z.ZodType>(
  fields: readonly Field[],
  schema: Schema,
): Record<Field, Schema> {
  return Object.fromEntries(fields.map((field) => [field, schema])) as Record<Field, Schema>;
}
