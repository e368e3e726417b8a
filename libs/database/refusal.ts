import type { Queryable } from './database.js';

const NO_PERMISSION = '42501';
const NO_SCHEMA = '3F000';

/** A role lacks a privilege; the message has the statement that grants it. */
class MissingRightError extends Error {}

/**
 * Explains a missing privilege while the tables are created: PostgreSQL reports what it refused, not how to allow it.
 * @returns a new error for a missing privilege, otherwise the given one
 */
export function explainRefusal(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof MissingRightError) return error;
  const code = 'code' in error ? error.code : undefined;
  const isRefusal =
    code === NO_PERMISSION ||
    code === NO_SCHEMA ||
    /permission denied for|no schema has been selected/i.test(error.message);
  if (!isRefusal) return error;
  const message =
    'The role of DATABASE_URL may not create tables. Make it the owner of a database ' +
    '("create database insightd owner ROLE"), or grant it "create" on the first schema of its search path. ' +
    'PostgreSQL says';
  return new MissingRightError(message, { cause: error });
}

const MAY_MAKE_SCHEMA = `
  select current_user as role, current_database() as database,
    to_regnamespace($1) is not null or has_database_privilege(current_database(), 'create') as allowed`;

/**
 * Checks that the role may create the schema of the queues, unless the schema exists.
 * @throws MissingRightError naming each remedy
 */
export async function checkSchemaRight(db: Queryable, schema: string): Promise<void> {
  const { rows } = await db.query<{ role: string; database: string; allowed: boolean }>(
    MAY_MAKE_SCHEMA,
    [schema],
  );
  const { role, database, allowed } = rows[0]!;
  if (allowed) return;
  throw new MissingRightError(
    `The queues need a schema named ${schema}, and the role ${role} may not create it in the database ${database}. ` +
      `Set REDIS_URL to keep the queues in Redis, or ask an administrator to run ` +
      `"create schema ${schema} authorization ${role}" or "grant create on database ${database} to ${role}".`,
  );
}
