import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { runningEmbedded } from '#libs/embedded-postgres';
import { Api, waitFor } from '../support/api.js';
import { cleanUpAfterEach } from '../support/cleanup.js';
import { makeDataFolder, type DataFolder } from '../support/folders.js';
import { holdTable } from '../support/hold.js';
import { ending, nothingIsLeft, processesOf } from '../support/processes.js';
import { userCreated } from '../support/runs.js';
import { TEST_KEY } from '../support/service.js';

jest.setTimeout(120_000);

describe('npm start', () => {
  const afterwards = cleanUpAfterEach();
  let folder: DataFolder;

  beforeEach(async () => {
    folder = await makeDataFolder();
    afterwards(() => folder.remove());
    afterwards(() => {
      for (const { pid } of processesOf(folder.places)) process.kill(pid, 'SIGKILL');
    });
  });

  /** As from a terminal: npm and all that it starts are one group, which a Ctrl-C reaches whole. */
  const npmStart = () => {
    const { PATH, HOME, TMPDIR } = process.env;
    const npm = spawn('npm', ['start'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ PATH, HOME, TMPDIR },
        PORT: '0',
        INSIGHTD_DATA_DIR: folder.path,
        INSIGHTD_API_KEY: TEST_KEY,
      },
    });
    let log = '';
    npm.stderr.on('data', (data) => (log += String(data)));
    const ended = ending(npm);
    const address = () =>
      waitFor(() => {
        if (npm.exitCode !== null) throw new Error(`npm start ended:\n${log}`);
        return /"address":"([^"]+)"/.exec(log)?.[1];
      });
    return { npm, ended, address, log: () => log };
  };

  test('kill -9 of npm leaves no process', async () => {
    const { npm, address } = npmStart();
    await address();
    npm.kill('SIGKILL');
    await nothingIsLeft(folder.places);
  });

  test('kill -9 of npm during the start leaves no process', async () => {
    const { npm } = npmStart();
    await waitFor(() =>
      processesOf(folder.places).find((one) => one.command.includes('supervisor')),
    );
    npm.kill('SIGKILL');
    await nothingIsLeft(folder.places, 30_000);
  });

  test('Ctrl-C answers open requests, stops every process and exits with 0', async () => {
    const { npm, ended, address, log } = npmStart();
    const api = new Api(await address(), TEST_KEY);
    await api.ingest([userCreated('ann')]);
    const hold = await holdTable((await runningEmbedded(folder.path))!, 'users');
    const underWay = api.post('/api/ingest/v1/events', [userCreated('bob')]);
    await hold.isWaitedFor();
    process.kill(-npm.pid!, 'SIGINT');
    await waitFor(() => (log().includes('"stopping"') ? true : undefined));
    await hold.release();
    expect(await underWay).toMatchObject({ status: 200, body: { accepted: 1 } });
    await ended;
    await nothingIsLeft(folder.places);
    // PostgreSQL removes the file after a clean stop.
    expect(folder.postmasterFile()).toBeUndefined();
  });
});
