import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { copyBuild, type Build } from '../../support/builds.js';
import { ask, cloneDatabase, createDatabase } from '../../support/database.js';
import { runInsightd } from '../../support/processes.js';
import { testSettings } from '../../support/service.js';

const NEXT = '99991231000000_next';

let build: Build;
beforeEach(() => {
  build = copyBuild();
});
afterEach(() => build.remove());

describe('a migration', () => {
  test('is plain SQL: semicolons in functions, strings and comments are no ends of statements', async () => {
    const url = await cloneDatabase();
    build.addMigration(
      NEXT,
      `-- One; two.
      create function answer() returns text language plpgsql as $$
      begin
        /* three; */ return 'four;';
      end$$;
      create table answers as select answer() as text;`,
    );
    expect(await runInsightd(['migrate'], testSettings(url), build.main)).toMatchObject({
      code: 0,
    });
    expect(await ask(url, 'select text from answers')).toEqual([{ text: 'four;' }]);
  });

  test('that fails halfway changes nothing', async () => {
    const url = await cloneDatabase();
    build.addMigration(NEXT, 'create table halfway (); select 1 / 0;');
    const { code, stderr } = await runInsightd(['migrate'], testSettings(url), build.main);
    expect(code).toBe(1);
    expect(stderr).toContain('division by zero');
    expect(await ask(url, `select to_regclass('halfway') as made`)).toEqual([{ made: null }]);
  });

  test('that was applied in an earlier wording gets the checksum of the present one', async () => {
    const url = await cloneDatabase();
    await ask(
      url,
      `delete from _prisma_migrations where migration_name = '20261127130000_plain_scripts';
       update _prisma_migrations set checksum = repeat('0', 64) where migration_name < '20261127130000'`,
    );
    expect(await runInsightd(['migrate'], testSettings(url))).toMatchObject({ code: 0 });
    const applied = await ask<{ name: string; checksum: string }>(
      url,
      'select migration_name as name, checksum from _prisma_migrations',
    );
    for (const { name, checksum } of applied) {
      const text = await readFile(`prisma/migrations/${name}/migration.sql`);
      expect({ name, checksum }).toEqual({
        name,
        checksum: createHash('sha256').update(text).digest('hex'),
      });
    }
  });
});

describe('npm run check', () => {
  test('fails when the migrations, schema.prisma and schema.sql disagree, and npm run schema mends it', async () => {
    build.addMigration(NEXT, 'alter table api_keys add column note text;');
    build.edit('prisma/migrations/20261124155000_sessions/migration.sql', (text) => `${text}--`);
    const before = await schema('check');
    expect(before.code).toBe(1);
    expect(before.stdout).toContain(
      'prisma/schema.prisma does not match the migrations, from line ',
    );
    expect(before.stdout).toMatch(/migrations: {3}note +String\?/);
    expect(before.stdout).toContain('prisma/schema.sql does not match the migrations, from line ');
    expect(before.stdout).toContain('migrations:   note text,');
    expect(before.stdout).toContain('Run `npm run schema` to update it');
    expect(before.stdout).toContain('The migration 20261124155000_sessions has been edited.');

    build.edit('prisma/migrations/20261124155000_sessions/migration.sql', (text) =>
      text.slice(0, -2),
    );
    expect(await schema('write')).toEqual({ code: 0, stdout: '' });
    expect(await schema('check')).toEqual({ code: 0, stdout: '' });
  });
});

/** Runs the script of `npm run schema` on an empty database. */
async function schema(mode: 'check' | 'write') {
  const url = await createDatabase();
  const env = { ...process.env, NODE_OPTIONS: '' };
  return new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile(process.execPath, [build.schemaScript, mode, url], { env }, (error, stdout) =>
      resolve({ code: error ? 1 : 0, stdout }),
    );
  });
}
