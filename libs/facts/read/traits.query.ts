import type { TraitValue } from '#libs/contracts';
import type { Queryable } from '#libs/database';

const TRAITS = (table: string, column: string) => `
  select key, value from ${table}
  where ${column} = $1 and value is not null
  order by key`;
const OF_USER = TRAITS('user_traits', 'user_key');
const OF_ORG = TRAITS('org_traits', 'org_key');

/** The traits of a user or an org by key, without cleared ones, ordered by key. */
export async function traitsOf(
  db: Queryable,
  subject: 'user' | 'org',
  key: number,
): Promise<Record<string, TraitValue>> {
  const sql = subject === 'user' ? OF_USER : OF_ORG;
  const { rows } = await db.query<{ key: string; value: TraitValue }>(sql, [key]);
  return Object.fromEntries(rows.map((row) => [row.key, row.value]));
}
