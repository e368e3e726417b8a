import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { aHistory, expectTheModelsAnswers } from '../../support/agreement.js';
import { Api } from '../../support/api.js';
import { copyBuild, type Build } from '../../support/builds.js';
import { describeOnCitus, distributed, distributedDatabase } from '../../support/citus.js';
import { ask, dropDatabase } from '../../support/database.js';
import { NEVER } from '../../support/runs.js';
import { TEST_KEY, startProcess, startTestService, testSettings } from '../../support/service.js';

jest.setTimeout(600_000);

const NEXT = '99990101000000_next';
const MIGRATION = `
  alter table users add column note text;
  create index users_note on users (note);
  update users set note = 'before the upgrade' where id > 0;
  create table local_notes (id int primary key, note text);
  insert into local_notes values (1, 'kept');
  create table user_notes (user_key int primary key, note text);
  insert into user_notes select id, 'moved' from users;`;
const PLACE = `{ table: 'user_notes', by: 'user_key', group: 'users' },`;

describeOnCitus('a later version of insightd', () => {
  const history = aHistory(100);
  let newer: Build;
  let url: string;
  beforeAll(async () => {
    newer = copyBuild();
    newer.addMigration(NEXT, MIGRATION);
    newer.edit('dist/libs/facts/distribution/layout.js', (text) =>
      text.replace(/(?=\{ table: 'activity',)/, PLACE),
    );
    url = await distributedDatabase();
    const service = await startTestService({ DATABASE_URL: url, REPORT_CRON: NEVER });
    await service.api.ingest(history.slice(0, 50));
    await service.stop();
  });
  afterAll(async () => {
    newer.remove();
    await dropDatabase(url);
  });

  test('adds columns, indexes, local tables and tables of facts to a distributed store', async () => {
    const settings = { ...testSettings(url), REPORT_CRON: NEVER };
    await expect(startProcess('all', settings, newer.main)).rejects.toThrow(
      'its table user_notes is not. After an upgrade, run "insightd distribute" again',
    );
    expect(await distributed(url, newer.main)).toBe('user_notes\nThe store is distributed.\n');
    const service = await startProcess('all', settings, newer.main);
    try {
      const api = new Api(service.origin, TEST_KEY);
      await api.ingest(history.slice(50));
      await expectTheModelsAnswers([api], url, history);
    } finally {
      await service.stop();
    }
    const notes = `
      select count(*)::int as users, count(n.note)::int as notes from users u left join user_notes n on n.user_key = u.id
      where u.note = 'before the upgrade'`;
    const [found] = await ask<{ users: number; notes: number }>(url, notes);
    expect(found!.users).toBeGreaterThan(0);
    expect(found!.notes).toBe(found!.users);
    const [placed] = await ask(
      url,
      `select
         (select count(*)::int from pg_dist_partition where logicalrelid = 'user_notes'::regclass) as facts,
         (select count(*)::int from pg_dist_partition where logicalrelid = 'local_notes'::regclass) as local,
         (select count(distinct result)::int from run_command_on_shards('users', $$
            select count(*) from pg_index where indrelid = '%s'::regclass $$)) as indexes`,
    );
    expect(placed).toEqual({ facts: 1, local: 0, indexes: 1 });
  });
});
