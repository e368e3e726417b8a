import { copyRows, type Connection } from '#libs/database';
import { setList, type ChangedFact } from '#libs/facts';
import type { PositiveCondition, Source, ValueTest } from '../keys/conditions.js';

/** A key whose values are in one table. */
export type PlainSource = Exclude<Source, { of: 'role' | 'orgs' }>;

// Subqueries: the settings are then parsed once, not for every row.
const KEY = `(select current_setting('insightd.key'))`;
const NUMBER = `(select current_setting('insightd.number')::numeric)`;
const KEYS = `(select unnest(current_setting('insightd.keys')::int[]))`;

/** The tables with (subject, value) of a key, by source. Only a value that is missing or cleared is null. */
const VALUES: Record<PlainSource['of'], { table: ChangedFact; subject: string; value: string }> = {
  user_traits: { table: 'user_traits', subject: 'user_key', value: 'value' },
  org_traits: { table: 'org_traits', subject: 'org_key', value: 'value' },
  signup: {
    table: 'user_profiles',
    subject: 'user_key',
    value: `signup_query_parameters -> ${KEY}`,
  },
  domain: { table: 'user_profiles', subject: 'user_key', value: 'to_jsonb(email_domain)' },
};

/** Equal JSON numbers are equal whatever their form, and a value of one kind never equals one of another kind. */
const compared = (operator: string) => (value: string) =>
  `case when jsonb_typeof(${value}) = 'number' then (${value})::numeric ${operator} ${NUMBER} end`;
const TESTS = {
  is: (value: string) =>
    `(${value}) in (select jsonb_array_elements(current_setting('insightd.values')::jsonb))`,
  gte: compared('>='),
  lte: compared('<='),
  isSet: (value: string) => `(${value}) is not null`,
} as const;

/** The table that contains the values of a key. */
export function tableOf({ of }: PlainSource): ChangedFact {
  return VALUES[of].table;
}

/** Streams the subjects whose value satisfies a condition, unordered. @param keys only these subjects */
export async function scanValues(
  db: Connection,
  source: PlainSource,
  test: PositiveCondition['test'],
  onKey: (key: number) => void,
  keys?: readonly number[],
): Promise<void> {
  const { table, subject, value } = VALUES[source.of];
  const conditions = [
    TESTS[operatorOf(test)](value),
    ...(table === source.of ? [`key = ${KEY}`] : []),
    ...(keys ? [`${subject} in ${KEYS}`] : []),
  ];
  if (keys) await setList(db, 'insightd.keys', keys);
  await db.query(
    `select set_config('insightd.key', $1, true), set_config('insightd.values', $2, true),
      set_config('insightd.number', $3, true)`,
    [
      'key' in source ? source.key : '',
      JSON.stringify('is' in test ? test.is : []),
      String('gte' in test ? test.gte : 'lte' in test ? test.lte : 0),
    ],
  );
  const select = `select ${subject} from ${table} where ${conditions.join(' and ')}`;
  await copyRows(db, select, (row) => onKey(row.int()));
}

function operatorOf(test: ValueTest): keyof typeof TESTS {
  if ('is' in test) return 'is';
  if ('gte' in test) return 'gte';
  return 'lte' in test ? 'lte' : 'isSet';
}

// A table with the created and not deleted subjects.
const EXISTING = (table: 'users' | 'orgs') => `
  select id, (created_at < to_timestamp(current_setting('insightd.before')::float8))::int
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
  if (keys) await setList(db, 'insightd.keys', keys);
  const before = String((momentMs + 1) / 1000);
  await db.query(`select set_config('insightd.before', $1, true)`, [before]);
  const select = keys ? `${EXISTING(table)} and id in ${KEYS}` : EXISTING(table);
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
