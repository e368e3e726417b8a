import { Api } from './api.js';
import type { Backend } from './backends.js';
import { dropDatabase } from './database.js';
import { NEVER } from './runs.js';
import { TEST_KEY, startProcess, testSettings, type TestProcess } from './service.js';

/** Processes of several roles on one store, as in a larger installation. */
export interface Fleet {
  databaseUrl: string;
  start: (role: string) => Promise<TestProcess>;
  /** The same with settings for this process only. */
  startWith: (role: string, own: Record<string, string>) => Promise<TestProcess>;
  /** Starts an `api`. */
  startApi: () => Promise<{ process: TestProcess; api: Api }>;
  /** Ends every process and drops the store. */
  close: () => Promise<void>;
}

/** @param databaseUrl URL of the test's own database, migrated or empty */
export async function openFleet(
  { open }: Backend,
  databaseUrl: string,
  more: Record<string, string> = {},
): Promise<Fleet> {
  const queues = await open(databaseUrl);
  const settings = { ...testSettings(databaseUrl), ...queues.environment, REPORT_CRON: NEVER };
  const started: TestProcess[] = [];
  const startWith = async (role: string, own: Record<string, string>) => {
    const one = await startProcess(role, { ...settings, ...more, ...own });
    started.push(one);
    return one;
  };
  const start = (role: string) => startWith(role, {});
  return {
    databaseUrl,
    start,
    startWith,
    startApi: async () => {
      const process = await start('api');
      return { process, api: new Api(process.origin, TEST_KEY) };
    },
    close: async () => {
      await Promise.all(started.map((one) => one.kill()));
      await queues.close();
      await dropDatabase(databaseUrl);
    },
  };
}
