import { waitFor, type Api, type RunState } from './api.js';
import { ask } from './database.js';

const RUNS = '/api/admin/v1/report_runs';

/** A cron expression that never fires while tests run. */
export const NEVER = '0 0 1 1 *';

/** Requests a run of now or as of a past day. @returns its id */
export function requestRun(api: Api, asOf?: string): Promise<string> {
  return api.requestRun(asOf);
}

export async function runState(api: Api, runId: string): Promise<RunState> {
  return (await api.get<RunState>(`${RUNS}/${runId}`)).body;
}

/** Waits until a run is in a state. */
export function runIs(
  api: Api,
  runId: string,
  state: RunState['state'],
  withinMs?: number,
): Promise<RunState> {
  return waitFor(async () => {
    const run = await runState(api, runId);
    return run.state === state ? run : undefined;
  }, withinMs);
}

/**
 * Ends the lease of the only run that is still running, as if its stopped worker had been silent for 30 seconds.
 * The worker must be unable to renew it.
 */
export async function expireLease(databaseUrl: string): Promise<void> {
  const expire = `
    update report_runs set lease_until = now() - interval '1 second'
    where state = 'running' and (select count(*) from report_runs where state = 'running') = 1
    returning run_id`;
  await waitFor(async () => (await ask(databaseUrl, expire)).length === 1);
}

/** The UTC day a number of days from today, YYYY-MM-DD. */
export function utcDay(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

/** An event that creates a user. */
export function userCreated(id: string) {
  return {
    id: `created ${id}`,
    source: 'test',
    type: 'user.created',
    data: { user_id: id, email: `${id}@example.com` },
  };
}
