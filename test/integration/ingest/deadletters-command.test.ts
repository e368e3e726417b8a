import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ask } from '../../support/database.js';
import { insertLargeLetters, letters, type Letter } from '../../support/letters.js';
import { runInsightd, type Ended } from '../../support/processes.js';
import { anEvent, send, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, 'api');
});
beforeEach(() => ask(service.databaseUrl, 'truncate dead_letters'));
afterAll(() => service.close());

function deadLetters(...args: string[]): Promise<Ended> {
  return runInsightd(['deadletters', ...args], { DATABASE_URL: service.databaseUrl });
}

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await deadLetters(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Has events rejected. @returns their letters, oldest first */
async function rejected(...events: object[]): Promise<Letter[]> {
  for (const event of events) await send(service.api, event);
  return (await letters(service.api)).reverse();
}

const nameless = (id: string) => anEvent('org.created', { name: ' ', org_id: id }, { id });

/** Corrects the body of the first letter, as if the rule that it broke were gone. */
async function correctFirst(): Promise<void> {
  const body = JSON.stringify(anEvent('user.created', { user_id: 'corrected' }));
  const update = `update dead_letters set body = convert_to($1, 'UTF8') where event_id = 'first'`;
  await ask(service.databaseUrl, update, [body]);
}

test('list shows each letter on a line, with its id, sender, type and reason', async () => {
  const [first, second] = await rejected(nameless('first'), nameless('second'));
  const lines = (await printed('list')).trimEnd().split('\n');
  expect(lines.map((line) => line.split('  ')[0])).toEqual([second!.id, first!.id]);
  expect(lines[0]).toMatch(/ {2}api default {2}org\.created {2}sent 1× {2}data\.name: must not be/);
  expect(await printed('list', '--sender', 'unknown', '--limit', '1')).toBe(
    'There are no dead letters.\n',
  );
});

test('list shows as many letters as asked for, also when they are large', async () => {
  await insertLargeLetters(service.databaseUrl, 6);
  expect((await printed('list')).trimEnd().split('\n')).toHaveLength(6);
  expect((await printed('list', '--limit', '5')).trimEnd().split('\n')).toHaveLength(5);
});

test('show prints a complete letter', async () => {
  const [letter] = await rejected(nameless('first'));
  expect(JSON.parse(await printed('show', letter!.id))).toEqual(letter);
  expect(await deadLetters('show', '123456789')).toMatchObject({
    code: 1,
    stderr: 'There is no dead letter with the id 123456789.\n',
  });
});

test('replay accepts the usable letters, of all or of the given ones', async () => {
  const [, second] = await rejected(nameless('first'), nameless('second'));
  await correctFirst();
  expect(await printed('replay', second!.id)).toBe('0 accepted, 1 rejected again\n');
  expect(await printed('replay', '--all')).toBe('1 accepted, 1 rejected again\n');
  expect((await letters(service.api)).map(({ id }) => id)).toEqual([second!.id]);
  expect((await signupParameters(service.api, 'corrected')).status).toBe(200);
});

test('export writes a line for each letter into a file that only its owner can read', async () => {
  const all = await rejected(nameless('first'), nameless('second'));
  const file = join(mkdtempSync(join(tmpdir(), 'letters-')), 'letters.ndjson');
  expect(await printed('export', '--file', file)).toBe('');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as Letter).reverse()).toEqual(all);
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('a command without a valid argument fails with a message that says what to pass', async () => {
  const wrong: [string[], string][] = [
    [['show', 'first'], 'first is not the id of a dead letter.'],
    [['replay'], 'deadletters replay needs the ids of some, or --all.'],
    [['list', '--limit', '0'], '--limit must be a whole number from 1 to 1000.'],
  ];
  const said = await Promise.all(wrong.map(([args]) => deadLetters(...args)));
  expect(said.map(({ code, stderr }) => [code, stderr.split('\n')[0]])).toEqual(
    wrong.map(([, message]) => [1, message]),
  );
});
