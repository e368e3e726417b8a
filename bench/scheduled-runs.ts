import { setTimeout as delay } from 'node:timers/promises';
import type { Clone } from './clone.js';

const LOOK_MS = 200;
const WITHIN_MS = 10 * 60_000;
/** The moment of the last run is before now, for any number of runs. */
const HOURS_AGO = 1_000;

// As if the schedule had been missed: the worker's sweep finds these runs and makes them in their order.
// Requested runs as of a day would be kept as the run of that day.
const MISS = `
  insert into report_runs (report_time, as_of, queued_at)
  select date_trunc('hour', now()) - make_interval(hours => $2 - place), false, now() - interval '1 hour'
  from generate_series($3 + 1, $1::int) place`;
const STATES = `
  select count(*) filter (where state = 'completed')::int as completed,
    count(*) filter (where state = 'failed')::int as failed, count(*)::int as all
  from report_runs`;

interface States {
  completed: number;
  failed: number;
  all: number;
}

/** Lets the worker of a store make a number of hourly reports, and waits for the last. */
export async function completeRuns(store: Clone, runs: number): Promise<void> {
  const [before] = await store.query<States>(STATES);
  await store.query(MISS, [runs, HOURS_AGO, before!.all]);
  const giveUpAt = performance.now() + WITHIN_MS;
  for (;;) {
    const [states] = await store.query<States>(STATES);
    if (states!.failed > 0) throw new Error(`${states!.failed} runs failed.`);
    if (states!.completed === runs) return;
    if (performance.now() > giveUpAt) throw new Error(`Only ${states!.completed} runs were made.`);
    await delay(LOOK_MS);
  }
}
