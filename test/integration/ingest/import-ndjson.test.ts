import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { aLongHistory, expectTheModelsAnswers } from '../../support/agreement.js';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { ask } from '../../support/database.js';
import { Imports, lines, printedCount } from '../../support/imports.js';
import { totalsOf } from '../../support/load.js';
import { ending } from '../../support/processes.js';
import { startTestService, type TestService } from '../../support/service.js';

jest.setTimeout(120_000);

const afterwards = cleanUpAfterEach();

const HISTORY = aLongHistory(240);
const identities = (url: string) =>
  ask<{ count: number }>(url, 'select count(*)::int as count from event_identities');

describe('insightd import ndjson beside a running service', () => {
  let service: TestService;
  let imports: Imports;
  beforeAll(async () => {
    service = await startTestService();
    imports = await Imports.into(service.databaseUrl);
  });
  afterAll(async () => {
    await imports.remove();
    await service.close();
  });

  test('events sent by HTTP and by import together give the facts of all events', async () => {
    const overHttp = HISTORY.filter((_, index) => index % 3 === 0);
    await service.api.ingest(overHttp);
    await service.chartsAreFresh();
    await imports.write('history.ndjson', lines(HISTORY));
    const ended = await imports.run('ndjson', 'history.ndjson');
    expect(ended).toMatchObject({ code: 0 });
    expect(printedCount(ended, 'lines rejected')).toBe(0);
    const remembered = overHttp.filter(({ type }) => type !== 'user.active').length;
    expect(printedCount(ended, 'events known already')).toBe(remembered);
    expect(printedCount(ended, 'events written')).toBe(HISTORY.length - remembered);
    await expectTheModelsAnswers([service.api], service.databaseUrl, HISTORY);
  });

  test('the same file again, packed and reversed, changes nothing', async () => {
    await imports.write('again.ndjson.gz', gzipSync(lines([...HISTORY].reverse())));
    const ended = await imports.run('ndjson', 'again.ndjson.gz');
    expect(printedCount(ended, 'lines')).toBe(HISTORY.length);
    await expectTheModelsAnswers([service.api], service.databaseUrl, HISTORY);
  });

  test('an identity counts once: other content under it changes nothing', async () => {
    const others = HISTORY.filter(({ type }) => type !== 'user.active').map((event) => {
      return { ...event, type: 'user.created', data: { user_id: 'other', email: 'o@example.com' } };
    });
    await imports.write('others.ndjson', lines(others));
    const ended = await imports.run('ndjson', 'others.ndjson');
    expect(printedCount(ended, 'events known already')).toBe(others.length);
    await expectTheModelsAnswers([service.api], service.databaseUrl, HISTORY);
  });

  test('wrong lines are rejected with their reasons, and accepted when corrected', async () => {
    const tooLong = JSON.stringify({ id: 'x'.repeat(3 * 1024 * 1024), type: 'user.active' });
    const [known] = HISTORY;
    const wrong = { id: 'w', type: 'user.deleted', data: {} };
    const text = [JSON.stringify(known), 'no json', tooLong, '', JSON.stringify(wrong), ''];
    await imports.write('wrong.ndjson', text.join('\n'));
    const ended = await imports.run('ndjson', 'wrong.ndjson', '--rejected', 'rejected.ndjson');
    expect(ended.code).toBe(0);
    expect(printedCount(ended, 'lines rejected')).toBe(3);
    const rejected = (await imports.read('rejected.ndjson')).trim().split('\n');
    expect(rejected.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { text: 'no json', rejected: { line: 2 } },
      { rejected: { line: 3, errors: { event: ['must have at most 1,048,576 bytes'] } } },
      { ...wrong, rejected: { line: 5, errors: { 'data.user_id': ['is required'] } } },
    ]);
    await imports.write(
      'mended.ndjson',
      rejected[2]!.replace('"data":{}', '"data":{"user_id":"n"}'),
    );
    expect(printedCount(await imports.run('ndjson', 'mended.ndjson'), 'events written')).toBe(1);
  });

  test('a dry run checks all lines and writes nothing', async () => {
    const before = await identities(service.databaseUrl);
    await imports.write('new.ndjson', lines(HISTORY.map((event) => ({ ...event, source: 'new' }))));
    const ended = await imports.run('ndjson', 'new.ndjson', '--dry-run');
    expect(printedCount(ended, 'events, only checked')).toBe(HISTORY.length);
    expect(await identities(service.databaseUrl)).toEqual(before);
  });

  test('a missing or truncated file ends the import with a message that names it', async () => {
    await imports.write('cut.gz', gzipSync(lines(HISTORY)).subarray(0, 200));
    for (const name of ['none.ndjson', 'cut.gz']) {
      const { code, stderr } = await imports.run('ndjson', name);
      expect([code, stderr]).toEqual([1, expect.stringContaining(name)]);
    }
  });
});

test('an import that is interrupted, then killed, then finished gives the result of a single run', async () => {
  const service = await startTestService();
  afterwards(() => service.close());
  const imports = await Imports.into(service.databaseUrl);
  afterwards(() => imports.remove());
  const people = 20_000;
  await imports.write('load.ndjson', lines(comingAndGoing(people)));
  const remembered = async () => (await identities(service.databaseUrl))[0]!.count;
  let before = 0;
  for (const [signal, expected] of [
    ['SIGINT', { code: 130 }],
    ['SIGKILL', { signal: 'SIGKILL' }],
  ] as const) {
    const child = imports.start('ndjson', 'load.ndjson');
    const ended = ending(child);
    await Promise.race([
      waitFor(async () => ((await remembered()) > before ? true : undefined)),
      once(child, 'exit'),
    ]);
    child.kill(signal);
    expect(await ended).toMatchObject(expected);
    expect(await remembered()).toBeLessThan(3 * people + 1);
    before = await remembered();
  }
  const ended = await imports.run('ndjson', 'load.ndjson');
  expect(printedCount(ended, 'events known already')).toBeGreaterThanOrEqual(before);
  await service.chartsAreFresh();
  const totals = { people, signups: people, added: people, removed: people };
  expect(await totalsOf(service.api)).toEqual(totals);
});

/** People who sign up, join an org and leave it, all in the last days. */
function comingAndGoing(people: number): object[] {
  const time = new Date(Date.now() - 3 * 86_400_000).getTime();
  const event = (id: string, type: string, at: number, data: object) => {
    return { id, source: 'past', type, time: new Date(time + at).toISOString(), data };
  };
  const org = event('org', 'org.created', 0, { org_id: 'load', name: 'Load' });
  const events = Array.from({ length: people }, (_, index) => {
    const id = `person ${index}`;
    const pair = { user_id: id, org_id: 'load' };
    return [
      event(`${id} 1`, 'user.created', 1_000, { user_id: id, email: 'p@example.com' }),
      event(`${id} 2`, 'user.added_to_org', 2_000, pair),
      event(`${id} 3`, 'user.removed_from_org', 3_000, pair),
    ];
  });
  return [org, ...events.flat()];
}
