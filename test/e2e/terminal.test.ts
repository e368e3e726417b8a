import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '../support/api.js';
import { cloneDatabase, dropDatabase } from '../support/database.js';
import { childEnvironment } from '../support/environment.js';

jest.setTimeout(90_000);

const hasScript = spawnSync('script', ['--version']).status === 0;
const inTerminal = hasScript ? test : test.skip;
if (!hasScript) test.todo('what a terminal shows (there is no "script" here)');

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await cloneDatabase();
});
afterAll(() => dropDatabase(databaseUrl));

/** Starts the service in a terminal of its own. @returns what it has shown so far, and how to end it */
function startInTerminal() {
  const child: ChildProcess = spawn(
    'script',
    ['-qec', `exec ${process.execPath} dist/apps/cli/main.js api`, '/dev/null'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...childEnvironment(), PORT: '0', DATABASE_URL: databaseUrl },
    },
  );
  const shown: string[] = [];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => shown.push(text));
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { text: () => shown.join('').replaceAll('\r', ''), stop };
}

inTerminal(
  'a start in a terminal ends with an address that signs in once, also a later start, and no JSON',
  async () => {
    for (const isFirst of [true, false]) {
      const terminal = startInTerminal();
      try {
        const [, origin, code] = await waitFor(
          () => /^ +(http:\/\/\S+)\/#code=([\w-]{43})$/m.exec(terminal.text()) ?? undefined,
          60_000,
        );
        const signIn = () =>
          fetch(`${origin}/session`, { method: 'POST', body: JSON.stringify({ code }) });
        const first = await signIn();
        expect([first.status, (await signIn()).status]).toEqual([204, 401]);
        const session = await fetch(`${origin}/session`, {
          headers: { Cookie: first.headers.get('set-cookie')!.split(';')[0]! },
        });
        expect(await session.json()).toMatchObject({ scopes: ['read', 'admin'] });
        expect(terminal.text().includes('An API key with all scopes was created')).toBe(isFirst);
        expect(terminal.text()).toMatch(/^\d\d:\d\d:\d\d started \(role: api, address: http/m);
        expect(terminal.text()).not.toContain('{"');
      } finally {
        await terminal.stop();
      }
    }
  },
);
