/**
 * The supervisor process: runs an embedded PostgreSQL for its parent process. It takes a data folder as its argument,
 * prints one line of JSON ({url} or {error}) and stops PostgreSQL when its standard input closes. The kernel closes
 * that pipe however the parent ends, even after kill -9. The supervisor has a session of its own, so Ctrl-C reaches
 * only the parent, and PostgreSQL stops last.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareHome, type Home } from './home.js';
import { PASSWORD_FILE, isPostmaster, postmaster } from './postmaster.js';
import { EmbeddedServer } from './server.js';

/** The supervisor of a killed parent notices within the first limit and stops PostgreSQL within the second. */
const PREVIOUS_NOTICES_WITHIN_MS = 5_000;
const PREVIOUS_STOPS_WITHIN_MS = 20_000;

const [dataDir = '', mode = ''] = process.argv.slice(2);
let home: Home | undefined;
let server: EmbeddedServer | undefined;

// Comes first: the parent may end before PostgreSQL has started.
process.stdin.on('close', () => void stop()).resume();
try {
  home = prepareHome(dataDir);
  await previousGone(home);
  server = new EmbeddedServer(home, await storedPassword(), await freePort());
  await server.start();
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
} catch (error) {
  const reason = error instanceof Error ? error.message : 'PostgreSQL did not start';
  process.stdout.write(`${JSON.stringify({ error: [reason, server?.lastWords].join('\n') })}\n`);
  await server?.stop();
  process.exitCode = 1;
  process.stdin.destroy();
}

async function stop(): Promise<void> {
  await server?.stop();
  if (mode === '--temporary' && home) {
    for (const folder of [dirname(home.cluster), dataDir]) {
      await rm(folder, { recursive: true, force: true });
    }
  }
  process.exit();
}

async function storedPassword(): Promise<string> {
  const file = join(dataDir, PASSWORD_FILE);
  if (!existsSync(file)) {
    await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFile(file, 'utf8');
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}

/**
 * Waits for a previous PostgreSQL that is still stopping, such as after a kill -9.
 * @throws Error when it keeps running: another process uses the data
 */
async function previousGone({ cluster }: Home): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const running = await postmaster(cluster);
    if (!running || !isPostmaster(running.pid, cluster)) return;
    const patience = running.isReady ? PREVIOUS_NOTICES_WITHIN_MS : PREVIOUS_STOPS_WITHIN_MS;
    if (performance.now() - startedAt > patience) {
      throw new Error(
        `the data in ${dataDir} is in use by another insightd: stop it, or set INSIGHTD_DATA_DIR`,
      );
    }
    await delay(100);
  }
}
