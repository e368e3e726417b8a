import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Api, waitFor } from './api.js';
import { ask, cloneDatabase, dropDatabase } from './database.js';
import { childEnvironment } from './environment.js';

export const TEST_KEY = 'test-key-with-every-scope';
/** Signs messages of the source `standard`. */
export const TEST_SECRET = 'whsec_dGVzdC1zZWNyZXQtb2YtdGhlLXNvdXJjZQ==';
const MAIN = 'dist/apps/cli/main.js';
// Four processes that start together on two busy cores are slow.
const STARTS_WITHIN_MS = 60_000;

/** A process of insightd and its output. */
export interface TestProcess {
  child: ChildProcess;
  /** The lines written to standard error so far. */
  log: string[];
  output: string[];
  origin: string;
  /** Stops the process and waits. @returns its exit code */
  stop: () => Promise<number | null>;
  /** Kills the process, like a power cut. */
  kill: () => Promise<void>;
}

/** Starts `insightd <role>` and waits until it serves. @param main the script of another build */
export async function startProcess(
  role: string,
  environment: Record<string, string>,
  main = MAIN,
): Promise<TestProcess> {
  const child = spawn(process.execPath, [main, role], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...childEnvironment(), PORT: '0', ...environment },
  });
  // A failing test must not leave the process running.
  const killAtEnd = () => void child.kill('SIGKILL');
  process.once('exit', killAtEnd);
  const ended = once(child, 'exit').finally(() => process.off('exit', killAtEnd));
  const log: string[] = [];
  const output: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line));
  const origin = await waitFor(() => {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`insightd ${role} ended (${end}):\n${log.join('\n')}`);
    return log.map(startedAddress).find((address) => address !== undefined);
  }, STARTS_WITHIN_MS);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { child, log, output, origin, stop, kill };
}

/** A whole service with its own empty store. */
export interface TestService extends TestProcess {
  api: Api;
  databaseUrl: string;
  /** Waits until the charts show everything that was sent. */
  chartsAreFresh: () => Promise<void>;
  /** Ends the service and drops its store. */
  close: () => Promise<void>;
}

/**
 * @param environment settings in addition to those that every test needs
 * @param role `api` alone, without a worker, starts with half the CPU time
 */
export async function startTestService(
  environment: Record<string, string> = {},
  role: 'all' | 'api' = 'all',
): Promise<TestService> {
  const databaseUrl = environment['DATABASE_URL'] ?? (await cloneDatabase());
  const started = await startProcess(role, { ...testSettings(databaseUrl), ...environment });
  return {
    ...started,
    api: new Api(started.origin, TEST_KEY),
    databaseUrl,
    chartsAreFresh: () => chartsAreFresh(databaseUrl),
    close: async () => {
      await started.stop();
      await dropDatabase(databaseUrl);
    },
  };
}

/** The settings of every service under test. */
export function testSettings(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    INSIGHTD_API_KEY: TEST_KEY,
    STANDARD_WEBHOOK_SECRET: TEST_SECRET,
    LOG_LEVEL: 'info',
    READ_RATE_LIMIT: '1000000',
  };
}

/** A worker may have checked just before the last event: the next check is up to 50 s later. */
const CHARTS_FOLLOW_WITHIN_MS = 90_000;

/** Waits until the charts of a store show everything that was sent. */
export async function chartsAreFresh(databaseUrl: string): Promise<void> {
  await waitFor(async () => {
    const waiting = 'select from activity_log union all select from activity_changes limit 1';
    const rows = await ask(databaseUrl, waiting);
    return rows.length === 0 ? true : undefined;
  }, CHARTS_FOLLOW_WITHIN_MS);
}

function startedAddress(line: string): string | undefined {
  return /"address":"([^"]+)".*"msg":"started"/.exec(line)?.[1];
}
