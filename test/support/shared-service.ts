import { Socket } from 'node:net';
import { Api } from './api.js';
import { cloneDatabase, closeIdle } from './database.js';
import { copyTables, restoreTables } from './restore.js';
import { NEVER } from './runs.js';
import {
  TEST_KEY,
  chartsAreFresh,
  startProcess,
  testSettings,
  type TestProcess,
  type TestService,
} from './service.js';

export type SharedService = Pick<
  TestService,
  'api' | 'origin' | 'databaseUrl' | 'chartsAreFresh' | 'close'
>;

/** A service that waits for the next test file of this Jest process. */
interface Idle {
  started: TestProcess;
  databaseUrl: string;
  /** The statements that empty the store. Code of an earlier test file cannot run any more. */
  emptying: string[];
}

declare const sharedByTestFiles: Map<string, Idle>;

/**
 * A service with the settings of every test and an empty store, which the next test file uses again: starting one takes
 * longer than most tests. It makes only the runs that a test requests. Not for tests that count metrics, stop the service, or change its keys or rules.
 */
export async function useSharedService(): Promise<SharedService> {
  const idle = sharedByTestFiles.get(NAME) ?? (await startIdle());
  sharedByTestFiles.delete(NAME);
  const { started, databaseUrl } = idle;
  setReferenced(started, true);
  return {
    api: new Api(started.origin, TEST_KEY),
    origin: started.origin,
    databaseUrl,
    chartsAreFresh: () => chartsAreFresh(databaseUrl),
    close: async () => {
      await restoreTables(databaseUrl, idle.emptying).catch(async (error: unknown) => {
        await started.kill();
        throw error;
      });
      await closeIdle(databaseUrl);
      setReferenced(started, false);
      sharedByTestFiles.set(NAME, idle);
    },
  };
}

const NAME = 'service';

async function startIdle(): Promise<Idle> {
  const databaseUrl = await cloneDatabase();
  const started = await startProcess('all', { ...testSettings(databaseUrl), REPORT_CRON: NEVER });
  const { tables: emptying } = await copyTables(databaseUrl);
  return { started, databaseUrl, emptying };
}

/** An idle service must not keep Jest's process alive; the service ends with it. */
function setReferenced({ child }: TestProcess, isReferenced: boolean): void {
  const change = isReferenced ? 'ref' : 'unref';
  child[change]();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream instanceof Socket) stream[change]();
  }
}
