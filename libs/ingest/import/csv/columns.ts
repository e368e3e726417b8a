import { PROFILE_COLUMNS, PROFILE_FIELDS } from '#libs/contracts';

/** The kinds of CSV files. */
export const CSV_KINDS = ['users', 'orgs', 'memberships', 'activity', 'invites'] as const;
export type CsvKind = (typeof CSV_KINDS)[number];

interface Column {
  name: string;
  aliases: readonly string[];
  required: boolean;
}

const column = (name: string, aliases: readonly string[] = []): Column => {
  return { name, aliases: [name, ...aliases], required: false };
};
const required = (name: string, aliases: readonly string[] = []): Column => {
  return { ...column(name, aliases), required: true };
};

const userId = required('user_id', ['userid', 'user', 'uid']);
const orgId = ['orgid', 'org', 'organization_id', 'organisation_id', 'company_id', 'account_id'];
const role = column('role', ['user_role', 'role_name']);

/** The columns of each kind. Event ids depend on their order. */
const COLUMNS: Record<CsvKind, readonly Column[]> = {
  users: [
    required('user_id', [...userId.aliases, 'id']),
    ...PROFILE_FIELDS.map((field) => ({
      ...column(field, PROFILE_COLUMNS[field]),
      required: field === 'email',
    })),
    required('created_at', ['created', 'creation_date', 'signed_up_at', 'signup_date']),
    column('last_active_at', ['last_active', 'last_seen_at', 'last_seen']),
  ],
  orgs: [
    required('org_id', [...orgId, 'id']),
    required('name', ['org_name', 'organization_name', 'company_name', 'display_name']),
    required('created_at', ['created', 'creation_date']),
  ],
  memberships: [
    userId,
    required('org_id', orgId),
    role,
    column('joined_at', ['joined', 'added_at', 'member_since', 'created_at']),
    column('left_at', ['left', 'removed_at', 'member_until']),
  ],
  activity: [
    userId,
    required('day', ['date', 'active_on', 'time', 'timestamp', 'active_at', 'occurred_at']),
    column('org_id', orgId),
  ],
  invites: [
    required('inviter_user_id', ['inviter_id', 'inviter', 'invited_by']),
    required('invitee_email', ['invitee', 'email']),
    column('org_id', orgId),
    role,
    required('invited_at', ['created_at', 'time', 'timestamp', 'date', 'day']),
  ],
};

/** The kind of a file and the position of each known column in its rows. */
export interface Header {
  kind: CsvKind;
  columns: readonly { name: string; position: number }[];
  /** The columns of traits, by their keys. */
  traits: readonly { key: string; position: number }[];
}

/** The kinds of files that may have columns of traits. */
const WITH_TRAITS: readonly CsvKind[] = ['users', 'orgs'];
const TRAIT_COLUMN = /^\s*trait\.(.+?)\s*$/i;

/** An unusable header. The message names the missing columns. */
export class HeaderError extends Error {}

/**
 * Reads a header. Case, spaces and hyphens do not matter, except in the key of a trait
 * (`trait.<key>`); unknown columns are ignored.
 * @param kind the kind of rows; undefined to detect it from the header
 * @throws HeaderError
 */
export function readHeader(cells: readonly string[], kind?: CsvKind): Header {
  const names = cells.map(normalized);
  const meant = kind ?? kindOf(names);
  const lacking = missing(meant, names);
  if (lacking.length > 0) {
    throw new HeaderError(`A file of ${meant} needs a column ${lacking.join(' and a column ')}.`);
  }
  const columns = COLUMNS[meant].map(({ name, aliases }) => {
    return { name, position: positionOf(aliases, names) };
  });
  const traits = WITH_TRAITS.includes(meant) ? traitColumns(cells) : [];
  return { kind: meant, columns: columns.filter(({ position }) => position >= 0), traits };
}

/** @throws HeaderError for two columns of one trait */
function traitColumns(cells: readonly string[]): Header['traits'] {
  const found = cells.flatMap((cell, position) => {
    const key = TRAIT_COLUMN.exec(cell)?.[1];
    return key === undefined ? [] : [{ key, position }];
  });
  const twice = found.find(({ key }, at) => found.findIndex((one) => one.key === key) < at);
  if (twice) throw new HeaderError(`The header has two columns trait.${twice.key}: remove one.`);
  return found;
}

function kindOf(names: readonly string[]): CsvKind {
  const fitting = CSV_KINDS.filter((one) => missing(one, names).length === 0);
  if (fitting.length === 1) return fitting[0]!;
  const given = `The header is (${names.join(', ')}).`;
  if (fitting.length > 1) {
    throw new HeaderError(
      `${given} It fits ${fitting.join(' and ')}: name what the file is about.`,
    );
  }
  const needs = CSV_KINDS.map((one) => `${one} needs ${requiredOf(one).join(', ')}`);
  throw new HeaderError(`${given} It fits no kind of file: ${needs.join('; ')}.`);
}

function missing(kind: CsvKind, names: readonly string[]): string[] {
  return COLUMNS[kind]
    .filter((one) => one.required && positionOf(one.aliases, names) < 0)
    .map(({ name }) => name);
}

function requiredOf(kind: CsvKind): string[] {
  return COLUMNS[kind].filter((one) => one.required).map(({ name }) => name);
}

/** The position of the first alias found, or -1. A column's own name comes first. */
function positionOf(aliases: readonly string[], names: readonly string[]): number {
  const alias = aliases.find((one) => names.includes(one));
  return alias === undefined ? -1 : names.indexOf(alias);
}

/** Normalizes a name: `User ID`, `userId` and `user-id` become `user_id`. */
function normalized(header: string): string {
  return header
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
