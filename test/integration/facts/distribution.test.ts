import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ask, cloneDatabase, dropDatabase } from '../../support/database.js';
import { childEnvironment } from '../../support/environment.js';

jest.setTimeout(60_000);

let url: string;
beforeAll(async () => {
  url = await cloneDatabase();
});
afterAll(() => dropDatabase(url));

/** Runs a command that fails. @returns its error output */
async function failureOf(command: string): Promise<string> {
  const env = { ...childEnvironment(), DATABASE_URL: url, LOG_LEVEL: 'error' };
  const run = promisify(execFile)(process.execPath, ['dist/apps/cli/main.js', command], { env });
  return run.then(
    () => 'no failure',
    (error: { stderr: string }) => error.stderr,
  );
}

describe('a store whose facts are elsewhere without its knowledge', () => {
  test('cannot be distributed without Citus', async () => {
    expect(await failureOf('distribute')).toContain('Citus is not installed in this database');
  });

  test('is refused while its distribution is not complete, or when its tables are local', async () => {
    const record = (state: string) =>
      ask(
        url,
        `insert into instance (invitee_hash_key, invitee_hash_fingerprint, distribution) values ('', '', $1)
         on conflict (id) do update set distribution = excluded.distribution`,
        [state],
      );
    await record('begun');
    expect(await failureOf('migrate')).toContain('run "insightd distribute" again');
    await record('complete');
    expect(await failureOf('migrate')).toContain('its table user_ids is not');
    await ask(url, 'delete from instance');
  });

  test('is refused with a foreign table, with a sentence that names the command', async () => {
    await ask(url, 'create extension postgres_fdw');
    await ask(url, 'create server elsewhere foreign data wrapper postgres_fdw');
    await ask(url, 'alter table memberships rename to memberships_before');
    await ask(
      url,
      'create foreign table memberships (user_key int, org_key int, steps bytea) server elsewhere',
    );
    expect(await failureOf('migrate')).toMatch(/table memberships is foreign.*insightd distribute/);
  });
});
