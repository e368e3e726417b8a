import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { cloneStore } from '../clone.js';
import { closing, type Closable } from '../closing.js';
import { activityBodies } from '../event-bodies.js';
import { portOf, startGenerator, type Generator } from '../generator.js';
import type { Loaded } from '../load-generator.js';
import { startService, type Service } from '../processes.js';
import { ReferenceData } from '../reference/reference-data.js';
import { rawEvents } from '../requests.js';
import { Samples } from '../samples.js';
import { SentActivity } from '../sent-activity.js';
import type { Bench, Figure, Stage } from '../stage.js';

/** Together, the connections send twice as many events as may wait. */
const CONNECTIONS = 100;
const EVENTS_A_REQUEST = 1_000;
const REQUESTS = 600;
const WARM_UP_REQUESTS = 100;
const HELD_MS = 5_000;
const LOOK_MS = 50;

const PEAK = 'api while the store is held up, peak memory';
const GROWTH = 'api while the store is held up, memory gained';

/** More events than can be written: the excess is refused, no accepted event is lost, memory stays bounded. */
export const backpressure: Stage = {
  name: 'backpressure',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'backpressure'));
      const userIds = await clone.ids('user');
      const generator = await open(startGenerator());
      const samples = new Samples();
      for (let round = 1; round <= bench.repeats; round++) {
        bench.progress(`round ${round} of ${bench.repeats}`);
        await closing(async (openOnce) => {
          await SentActivity.forgetLately(clone);
          const api = await openOnce(startService('api', clone.databaseUrl));
          const sent = await SentActivity.to(clone);
          await flood(bench, { api, generator, samples, userIds, sent }, clone.databaseUrl);
        });
      }
      return figures(samples);
    }),
};

function figures(samples: Samples): Figure[] {
  return [
    samples.figure(PEAK, 'MB', 'lower', { must: 400, aim: 256 }),
    samples.figure(GROWTH, 'MB', 'lower'),
  ];
}

interface Flooding {
  api: Service;
  generator: Generator;
  samples: Samples;
  userIds: readonly string[];
  sent: SentActivity;
}

async function flood(
  bench: Bench,
  { api, generator, samples, userIds, sent }: Flooding,
  databaseUrl: string,
): Promise<void> {
  const data = new ReferenceData(bench.users);
  const wanted = { userIds, data, eventsARequest: EVENTS_A_REQUEST, now: Date.now() };
  const send = async (bodies: Buffer[]) => {
    const load = { port: portOf(api), requests: bodies.map(rawEvents), connections: CONNECTIONS };
    const loaded = await generator.ask({ ...load, seconds: HELD_MS / 1000 - 1, again: true });
    sent.add(bodies, loaded.accepted);
    return loaded;
  };
  await send(activityBodies({ ...wanted, requests: WARM_UP_REQUESTS, seed: 0 }));
  const before = api.residentMb();
  const bodies = activityBodies({ ...wanted, requests: REQUESTS, seed: 1 });
  const hold = await holdStore(databaseUrl);
  const sending = send(bodies);
  sending.catch(() => undefined);
  const peak = await peakWithin(api, HELD_MS);
  await hold.close();
  const loaded = await sending;
  bench.progress(`${[...loaded.statuses].map(([status, count]) => `${count} × ${status}`).join()}`);
  isRefusedWell(loaded);
  await sent.isVisible(api);
  samples.add(PEAK, api.peakMb());
  samples.add(GROWTH, Math.max(0, peak - before));
}

/** Blocks writes to every table. */
async function holdStore(databaseUrl: string): Promise<Closable> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ tables: string }>(`
    select string_agg(format('%I', tablename), ', ') as tables
    from pg_tables where schemaname = current_schema()`);
  await client.query(`begin; lock table ${rows[0]!.tables} in share mode`);
  return { close: () => client.end() };
}

async function peakWithin(api: Service, ms: number): Promise<number> {
  const until = performance.now() + ms;
  let peak = 0;
  for (; performance.now() < until; await delay(LOOK_MS)) peak = Math.max(peak, api.residentMb());
  return peak;
}

/** @throws Error unless some requests were refused, each with Retry-After, and all others accepted */
function isRefusedWell({ statuses, retryAfters }: Loaded): void {
  const refused = statuses.get(503) ?? 0;
  const accepted = statuses.get(200) ?? 0;
  const others = [...statuses.keys()].filter((status) => status !== 200 && status !== 503);
  if (refused === 0 || accepted === 0) throw new Error(`${refused} refused, ${accepted} accepted.`);
  if (others.length > 0) throw new Error(`Some were answered with ${others.join()}.`);
  if (retryAfters < refused) throw new Error('Some were refused without Retry-After.');
}
