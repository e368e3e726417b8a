import { parentPort, workerData } from 'node:worker_threads';
import { Database, isDatabaseAway } from '#libs/database';
import { calendarOf, type Settings } from '#libs/platform/config';
import { loadOutcomes } from './load-outcomes.js';
import type { Outcomes } from './backtest.js';

/** The input of the thread: plain values, because they are copied. */
export interface BacktestTask {
  settings: Settings;
  /** The first millisecond of the same date in UTC. */
  day: number;
}

export type BacktestResult = { outcomes: Outcomes } | { problem: string; isDatabaseAway: boolean };

// The script of the thread that `BacktestService` starts. It has connections of its own and ends with its result.
const { settings, day } = workerData as BacktestTask;
const database = new Database(settings);
parentPort!.postMessage(await result());
await database.onApplicationShutdown();

async function result(): Promise<BacktestResult> {
  try {
    const [outcomes] = await database.snapshot((connections) =>
      loadOutcomes(connections, calendarOf(settings), settings, [day]),
    );
    return { outcomes: outcomes! };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { problem, isDatabaseAway: isDatabaseAway(error) };
  }
}
