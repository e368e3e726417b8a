import { ask } from './database.js';

/**
 * The columns of the whole database, of every schema and type, in which one of the texts stands:
 * in plain, in any case, or as the bytes of a `bytea`.
 * @returns `schema.table.column`, sorted
 */
export async function columnsHolding(url: string, texts: string[]): Promise<string[]> {
  // One question for each column, made by the database itself, whose quoting is the right one.
  const questions = await ask<{ sql: string }>(
    url,
    `select format(
              'select %L as name where exists (
                 select from %I.%I as t, unnest($1::text[]) as needle (needle_text)
                  where position(lower(needle_text) in lower(t.%I::text)) > 0)',
              concat_ws('.', table_schema, table_name, column_name),
              table_schema, table_name, column_name) as sql
       from information_schema.columns
       join information_schema.tables using (table_schema, table_name)
      where table_type = 'BASE TABLE'
        and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const patterns = texts.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
  const sql = questions.map((question) => question.sql).join('\nunion all\n');
  const found = await ask<{ name: string }>(url, sql, [patterns]);
  return found.map(({ name }) => name).sort();
}
