import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Queryable } from './database.js';
import { packageRoot } from './package-root.js';

/** The folder of `schema.prisma` and of the migrations. */
export const PRISMA_FOLDER = join(packageRoot, 'prisma');

/** The names of the migrations of this build, oldest first. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(join(PRISMA_FOLDER, 'migrations'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

// Includes migrations that have started but not finished: they may have changed tables.
const IN_STORE = `
  select migration_name as name, finished_at is not null as "isFinished" from _prisma_migrations
  where rolled_back_at is null
  order by migration_name`;
const UNDEFINED_TABLE = '42P01';

/** How the migrations of a store compare with those of a build. */
export interface SchemaState {
  /** The newest migration in the store that the build does not have: a newer build has migrated the store. */
  unknown: string | undefined;
  /** Whether every migration of the build is in the store. */
  isUpToDate: boolean;
}

/** Compares the migrations of a store with those of a build. @param known the names that `migrationNames` returns */
export async function schemaState(db: Queryable, known: readonly string[]): Promise<SchemaState> {
  const stored = await storedMigrations(db);
  const finished = new Set(stored.filter((one) => one.isFinished).map(({ name }) => name));
  return {
    unknown: stored.map(({ name }) => name).findLast((name) => !known.includes(name)),
    isUpToDate: known.every((name) => finished.has(name)),
  };
}

async function storedMigrations(db: Queryable): Promise<{ name: string; isFinished: boolean }[]> {
  try {
    return (await db.query<{ name: string; isFinished: boolean }>(IN_STORE)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** The error message of an older build on a newer store. */
export function newerStoreMessage(migration: string): string {
  return (
    `The database belongs to a newer version of insightd: it has the migration ${migration}, ` +
    'which this version does not know. Start that version or a newer one, or restore the backup from before ' +
    'the upgrade (docs/upgrading.md).'
  );
}

/**
 * A condition in SQL: the store has only migrations that the build has too.
 * @param known the SQL parameter with the names of the build's migrations, such as `$2`
 */
export const onlyKnownMigrations = (known: string) => `not exists (
    select from _prisma_migrations
    where rolled_back_at is null and migration_name <> all(${known}::text[]))`;
