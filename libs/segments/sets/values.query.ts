import { copyRows, literal, type Connection } from '#libs/database';
import type { ChangedFact } from '#libs/facts';
import type { PositiveCondition, Source, ValueTest } from '../keys/conditions.js';

/** A key whose values are in one table. */
export type PlainSource = Exclude<Source, { of: 'role' | 'orgs' }>;

/** The tables that contain values, and their columns of subjects. */
const TABLES: Record<PlainSource['of'], { table: ChangedFact; subject: string }> = {
  user_traits: { table: 'user_traits', subject: 'user_key' },
  org_traits: { table: 'org_traits', subject: 'org_key' },
  signup: { table: 'user_profiles', subject: 'user_key' },
  domain: { table: 'user_profiles', subject: 'user_key' },
};

/** SQL expression of a value as JSON. Only a value that is missing or cleared is null. */
function valueOf(source: PlainSource): string {
  if (source.of === 'signup') return `signup_query_parameters -> ${literal.text(source.key)}`;
  return source.of === 'domain' ? 'to_jsonb(email_domain)' : 'value';
}

/** SQL condition on a value. Equal JSON numbers are equal in any form; values of different kinds are never equal. */
function conditionOn(value: string, test: ValueTest): string {
  const compared = (operator: string, bound: number) =>
    `case when jsonb_typeof(${value}) = 'number' then (${value})::numeric ${operator} ${numeric(bound)} end`;
  if ('is' in test) {
    const values = literal.text(JSON.stringify(test.is));
    return `(${value}) in (select jsonb_array_elements(${values}::jsonb))`;
  }
  if ('gte' in test) return compared('>=', test.gte);
  return 'lte' in test ? compared('<=', test.lte) : `(${value}) is not null`;
}

const numeric = (value: number) => `${literal.text(String(value))}::numeric`;
const among = (keys: readonly number[]) => `(select unnest(${literal.ints(keys)}))`;

/** The table that contains the values of a key. */
export function tableOf({ of }: PlainSource): ChangedFact {
  return TABLES[of].table;
}

/** Streams the subjects whose value satisfies a condition, unordered. @param keys only these subjects */
export async function scanValues(
  db: Connection,
  source: PlainSource,
  test: PositiveCondition['test'],
  onKey: (key: number) => void,
  keys?: readonly number[],
): Promise<void> {
  const { table, subject } = TABLES[source.of];
  const conditions = [
    conditionOn(valueOf(source), test),
    ...(table === source.of ? [`key = ${literal.text(source.key)}`] : []),
    ...(keys ? [`${subject} in ${among(keys)}`] : []),
  ];
  const select = `select ${subject} from ${table} where ${conditions.join(' and ')}`;
  await copyRows(db, select, (row) => onKey(row.int()));
}

// A table with the created and not deleted subjects.
const existingIn = (table: 'users' | 'orgs', momentMs: number) => `
  select id, (created_at < ${literal.instant(momentMs + 1)})::int
  from ${table}
  where created_at is not null and deleted_stamp is null`;

/**
 * Streams the subjects that are created and not deleted.
 * @param momentMs the last millisecond that counts, since 1970
 * @param onAhead receives those whose creation is later
 */
export async function scanExisting(
  db: Connection,
  table: 'users' | 'orgs',
  momentMs: number,
  { onKey, onAhead }: { onKey: (key: number) => void; onAhead: (key: number) => void },
  keys?: readonly number[],
): Promise<void> {
  const all = existingIn(table, momentMs);
  const select = keys ? `${all} and id in ${among(keys)}` : all;
  await copyRows(db, select, (row) => {
    const key = row.int();
    if (row.int() === 1) onKey(key);
    else onAhead(key);
  });
}

const DELETED = (table: 'users' | 'orgs') =>
  `select id from ${table} where id = any($1) and deleted_stamp is not null`;

/** Those of some users or orgs that are deleted. */
export async function deletedAmong(
  db: Connection,
  table: 'users' | 'orgs',
  keys: readonly number[],
): Promise<number[]> {
  if (keys.length === 0) return [];
  return (await db.query<{ id: number }>(DELETED(table), [keys])).rows.map(({ id }) => id);
}
