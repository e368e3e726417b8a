import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clusterFolder } from './home.js';
import { PASSWORD_FILE, isPostmaster, postmaster } from './postmaster.js';

export interface EmbeddedDatabase {
  /** The address of the database, with the password: never log it. */
  url: string;
  /** Stops PostgreSQL and waits until it has stopped. */
  stop: () => Promise<void>;
  /** Resolves when PostgreSQL has ended, on request or not. */
  ended: Promise<void>;
}

/**
 * Starts PostgreSQL from npm's packages in `dataDir` and creates the cluster at the first start. PostgreSQL stops when
 * this process ends for any reason.
 * @param temporary deletes the data when PostgreSQL stops
 * @throws Error with the reason why it did not start
 */
export async function startEmbedded(dataDir: string, temporary = false): Promise<EmbeddedDatabase> {
  const keeper = fileURLToPath(new URL('./supervisor.js', import.meta.url));
  const args = [keeper, resolve(dataDir), ...(temporary ? ['--temporary'] : [])];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const url = await addressOf(child, dataDir);
  const ended = once(child, 'exit').then(() => undefined);
  // The supervisor must not keep this process alive once its own work is done.
  child.unref();
  return { url, ended, stop: () => stopKeeper(child, ended) };
}

/** The address, with the password, of a PostgreSQL that another process runs in `dataDir`; undefined without one. */
export async function runningEmbedded(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir);
  const password = await readFile(join(folder, PASSWORD_FILE), 'utf8').catch(() => undefined);
  if (password === undefined) return undefined;
  const cluster = join(clusterFolder(folder), 'postgres');
  const running = await postmaster(cluster);
  if (!running?.isReady || !isPostmaster(running.pid, cluster)) return undefined;
  return `postgresql://postgres:${password}@127.0.0.1:${running.port}/insightd`;
}

async function addressOf(child: ChildProcess, dataDir: string): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'close')])) as [unknown];
  const answer = (typeof line === 'string' ? JSON.parse(line) : {}) as {
    url?: string;
    error?: string;
  };
  if (answer.url !== undefined) return answer.url;
  throw new Error(
    `The embedded PostgreSQL did not start in ${resolve(dataDir)}: ${answer.error ?? 'it ended at once'}\n` +
      'Set INSIGHTD_DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL of your own.',
  );
}

async function stopKeeper(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  child.stdin!.end();
  await ended;
}
