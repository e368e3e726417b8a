import { setTimeout as delay } from 'node:timers/promises';
import { DAY_MS, formatDay } from '#libs/contracts';
import type { Clone } from './clone.js';
import type { Service } from './processes.js';
import { askJson } from './requests.js';

const LOOK_MS = 20;
const RUN_WITHIN_MS = 10 * 60_000;

interface RunRow {
  state: string;
  error: string | null;
  seconds: number | null;
}

const RUN = `
  select state, error, extract(epoch from completed_at - started_at)::float8 as seconds
  from report_runs where run_id = $1`;

/**
 * Requests a run as of yesterday, which is due at once, and waits for its end. It reads the state from the store, so
 * that the api gets only the measured requests.
 * @returns the seconds from the start of the run to its completion
 */
export async function runOnce(api: Service, clone: Clone): Promise<number> {
  const yesterday = formatDay(Date.now() - DAY_MS);
  const { run_id: runId } = await askJson<{ run_id: string }>(api, '/api/admin/v1/report_runs', {
    as_of: yesterday,
  });
  const giveUpAt = performance.now() + RUN_WITHIN_MS;
  for (;;) {
    const [run] = await clone.query<RunRow>(RUN, [runId]);
    if (run?.state === 'completed') return run.seconds!;
    if (run?.state === 'failed') throw new Error(`A run failed: ${run.error}`);
    if (performance.now() > giveUpAt) throw new Error('A run did not end within ten minutes.');
    await delay(LOOK_MS);
  }
}

/** Makes one run after the other until the signal; waits for the last run. @returns the seconds of each */
export async function runUntil(api: Service, clone: Clone, end: AbortSignal): Promise<number[]> {
  const runs: number[] = [];
  while (!end.aborted) runs.push(await runOnce(api, clone));
  return runs;
}
