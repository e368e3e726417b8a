import { beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Api, waitFor } from '../support/api.js';
import { cleanUpAfterAll, cleanUpAfterEach } from '../support/cleanup.js';
import { childEnvironment } from '../support/environment.js';
import { copyDataFolder, makeDataFolder, type DataFolder } from '../support/folders.js';
import {
  isAlive,
  nothingIsLeft,
  processesOf,
  runInsightd,
  says,
  type Ended,
} from '../support/processes.js';
import { userCreated } from '../support/runs.js';
import { TEST_KEY, startProcess, type TestProcess } from '../support/service.js';

jest.setTimeout(120_000);

const KEY = /insightd_[0-9a-f]{12}_[\w-]{43}/;

describe('insightd all with embedded PostgreSQL', () => {
  const later = cleanUpAfterAll();
  const afterwards = cleanUpAfterEach();
  /** A data folder with an empty store. Creating a cluster takes as long as all tests on one. */
  let begun: DataFolder;
  /** The command that created both. */
  let firstCommand: Ended;
  let folder: DataFolder;

  beforeAll(async () => {
    begun = await makeDataFolder();
    later(() => begun.remove());
    firstCommand = await runInsightd(['keys', 'list'], { INSIGHTD_DATA_DIR: begun.path });
  });

  const useFolder = (made: DataFolder, cleanUp = afterwards) => {
    folder = made;
    cleanUp(() => made.remove());
  };
  const settings = (more: Record<string, string> = {}) => ({
    INSIGHTD_DATA_DIR: folder.path,
    ...more,
  });
  const start = async (
    more?: Record<string, string>,
    cleanUp = afterwards,
  ): Promise<TestProcess> => {
    const { places } = folder;
    const service = await startProcess('all', settings(more));
    cleanUp(() => nothingIsLeft(places));
    cleanUp(() => service.stop());
    return service;
  };
  const startWithKey = async (more: Record<string, string> = {}, cleanUp = afterwards) => {
    const service = await start({ INSIGHTD_API_KEY: TEST_KEY, ...more }, cleanUp);
    return { service, api: new Api(service.origin, TEST_KEY) };
  };
  const pidOf = (program: string): number => {
    const found = processesOf(folder.places).find(({ command }) => command.includes(program));
    if (!found) throw new Error(`${program} does not run`);
    return found.pid;
  };
  const usersOf = async (api: Api) => (await api.run()).row_counts!['user/champion/30'];

  test('keys can be listed while no service runs, and no process is left', async () => {
    expect(firstCommand).toMatchObject({ code: 0, stdout: 'There are no keys yet.\n' });
    await nothingIsLeft(begun.places);
  });

  describe('in a new folder', () => {
    beforeEach(async () => useFolder(await makeDataFolder()));

    test('the first start shows a key; after Ctrl-C a second start finds the data and shows no key', async () => {
      const first = await start();
      const shown = await waitFor(() => KEY.exec(first.output.join('\n'))?.[0]);
      const api = new Api(first.origin, shown);
      await api.ingest(['ann', 'bob'].map(userCreated));
      const made = await api.run();
      expect(await interrupt(first)).toBe(0);
      await nothingIsLeft(folder.places);

      const second = await start();
      const again = new Api(second.origin, shown);
      const served = await again.page('user', 'champion', '');
      const totals = { report_time: made.report_time, total_count: 2 };
      expect(served).toMatchObject({ status: 200, body: totals });
      expect(await usersOf(again)).toBe(2);
      await second.stop();
      expect(first.output.join('\n').match(new RegExp(KEY, 'g'))).toHaveLength(1);
      expect(
        [...first.log, ...second.log, ...second.output].filter((line) => KEY.test(line)),
      ).toEqual([]);
    });

    test('kill -9 in the middle of the first start leaves no process, and the next start works', async () => {
      const child = spawn(process.execPath, ['dist/apps/cli/main.js', 'all'], {
        stdio: 'ignore',
        env: { ...childEnvironment(), PORT: '0', ...settings() },
      });
      const ended = once(child, 'exit');
      afterwards(() => child.kill('SIGKILL'));
      await waitFor(() => processesOf(folder.places).find((one) => one.command.includes('initdb')));
      child.kill('SIGKILL');
      await ended;
      await nothingIsLeft(folder.places);
      const next = await startWithKey();
      expect(await usersOf(next.api)).toBe(0);
    });
  });

  describe('in a folder with a store', () => {
    beforeEach(async () => useFolder(await copyDataFolder(begun)));

    test('kill -9 leaves no process, and the next start finds all acknowledged events', async () => {
      const { service, api } = await startWithKey();
      await api.ingest(['ann', 'bob', 'cy'].map(userCreated));
      await service.kill();
      await nothingIsLeft(folder.places);
      const next = await startWithKey();
      expect(await usersOf(next.api)).toBe(3);
    });

    test('a start right after kill -9 waits for the stopping PostgreSQL', async () => {
      const { service, api } = await startWithKey();
      await api.ingest([userCreated('ann')]);
      await service.kill();
      const next = await startWithKey();
      expect(await usersOf(next.api)).toBe(1);
    });

    test('without the supervisor neither PostgreSQL nor the service keeps running, and the service says why', async () => {
      const { service } = await startWithKey();
      const ended = once(service.child, 'exit');
      process.kill(pidOf('supervisor.js'), 'SIGKILL');
      await ended;
      expect(service.child.exitCode).toBeGreaterThan(0);
      await says(service, 'the embedded PostgreSQL is gone');
      await nothingIsLeft(folder.places);
    });

    test('without the supervisor and the service PostgreSQL stops', async () => {
      const { service } = await startWithKey();
      const supervisor = pidOf('supervisor.js');
      process.kill(supervisor, 'SIGKILL');
      await service.kill();
      await nothingIsLeft(folder.places);
    });

    test('a start after a power cut does not take another program for its PostgreSQL', async () => {
      const { service, api } = await startWithKey();
      await api.ingest([userCreated('ann')]);
      const file = folder.postmasterFile()!;
      const left = readFileSync(file, 'utf8');
      await service.kill();
      await nothingIsLeft(folder.places);
      // As after a restart of the machine: the number in the file is now some other process's.
      writeFileSync(file, left.replace(/^\d+/, String(process.pid)));
      const next = await startWithKey();
      expect(await usersOf(next.api)).toBe(1);
    });

    test('the service stops when its parent process is gone', async () => {
      const parent = spawn('sleep', ['600'], { stdio: 'ignore' });
      afterwards(() => parent.kill('SIGKILL'));
      const { service } = await startWithKey({ INSIGHTD_PARENT_PID: String(parent.pid) });
      const ended = once(service.child, 'exit');
      parent.kill('SIGKILL');
      await ended;
      expect(service.child.exitCode).toBe(0);
      await nothingIsLeft(folder.places);
    });
  });

  describe('that runs', () => {
    const later = cleanUpAfterAll();
    let service: TestProcess;
    let api: Api;
    beforeAll(async () => {
      useFolder(await copyDataFolder(begun), later);
      ({ service, api } = await startWithKey({}, later));
    });

    test('a service that a test starts names the process of the test as its parent', () => {
      const environment = readFileSync(`/proc/${service.child.pid}/environ`, 'utf8').split('\0');
      expect(environment).toContain(`INSIGHTD_PARENT_PID=${process.pid}`);
    });

    test('a second start on the same folder is refused and does not affect the first', async () => {
      const second = await runInsightd(['all'], settings());
      expect(second.code).toBe(1);
      expect(second.stderr).toContain(`${folder.path} is in use by another insightd`);
      expect(await usersOf(api)).toBe(0);
    });

    test('keys can be created, listed and revoked beside the running service', async () => {
      const made = await runInsightd(
        ['keys', 'create', '--name', 'ci', '--scopes', 'read'],
        settings(),
      );
      expect(made).toMatchObject({ code: 0, stderr: '' });
      const key = KEY.exec(made.stdout)![0];
      const reader = new Api(service.origin, key);
      expect(await reader.page('user', 'champion', '')).toMatchObject({ status: 200 });
      const listed = await runInsightd(['keys', 'list'], settings());
      const id = key.split('_')[1]!;
      expect(listed.stdout).toMatch(new RegExp(`^${id}  ci  read  created .* live$`, 'm'));
      expect(listed.stdout).not.toContain(key);
      expect(await runInsightd(['keys', 'revoke', id], settings())).toMatchObject({ code: 0 });
      await waitFor(async () => {
        const { status } = await reader.page('user', 'champion', '');
        return status === 401 ? true : undefined;
      }, 5_000);
      const after = await runInsightd(['keys', 'list'], settings());
      expect(after.stdout).toMatch(new RegExp(`^${id}  ci  read  created .* revoked `, 'm'));
      expect(isAlive(folder.postmaster()!)).toBe(true);
    });
  });
});

/** Presses Ctrl-C. @returns the exit code */
async function interrupt({ child }: TestProcess): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
  return child.exitCode;
}
