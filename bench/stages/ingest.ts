import { commitRate, copyRate } from '../anchors/postgres.js';
import { startChild, type Child } from '../child.js';
import { cloneStore, type Clone } from '../clone.js';
import { closing } from '../closing.js';
import { activityBodies } from '../event-bodies.js';
import { onlyAccepted, portOf, rateOf, startGenerator, type Generator } from '../generator.js';
import { mixedBodies, type MixWanted } from '../mixed-events.js';
import { startService, type Service } from '../processes.js';
import { ReferenceData } from '../reference/reference-data.js';
import { rawEvents } from '../requests.js';
import { Samples } from '../samples.js';
import { SentActivity } from '../sent-activity.js';
import type { Bench, Figure, Stage } from '../stage.js';

const ROWS = {
  activity: 'events over HTTP, 100 a request, durable',
  parsed: 'the same events, parsed and checked only',
  mixed: 'events of all types over HTTP, 100 a request, durable',
  mixedParsed: 'events of all types, parsed and checked only',
  memory: 'api taking in events, peak memory',
  copied: 'PostgreSQL alone: COPY of two ints',
  alone: 'PostgreSQL alone: commits, 1 connection',
  together: 'PostgreSQL alone: commits, 16 connections',
};

const EVENTS_A_REQUEST = 100;
/** With fewer connections the groups that are written together are small; with more, requests only wait longer. */
const CONNECTIONS = 64;
const REQUESTS = 3_000;
const EVENTS = REQUESTS * EVENTS_A_REQUEST;
/** If the requests take longer, only those sent within this time count. */
const SECONDS = 6;

interface Measuring {
  clone: Clone;
  api: Service;
  generator: Generator;
  parser: Child<readonly Uint8Array[], number>;
  sent: SentActivity;
  samples: Samples;
}

/**
 * Events in requests of 100, each answered after its commit, next to a busy worker. The anchor of a kind of requests is
 * parsing and checking the same events.
 */
export const ingest: Stage = {
  name: 'ingest',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'ingest'));
      await SentActivity.forgetLately(clone);
      await open(startService('worker', clone.databaseUrl));
      const parser = new URL('../anchors/parse-and-check.js', import.meta.url);
      return measure(bench, {
        clone,
        api: await open(startService('api', clone.databaseUrl)),
        generator: await open(startGenerator()),
        parser: await open(startChild<readonly Uint8Array[], number>(parser)),
        sent: await SentActivity.to(clone),
        samples: new Samples(),
      });
    }),
};

async function measure(bench: Bench, measuring: Measuring): Promise<Figure[]> {
  const { clone, api, sent, samples } = measuring;
  const userIds = await clone.ids('user');
  const orgIds = await clone.ids('org');
  const data = new ReferenceData(bench.users);
  for (let round = 0; round <= bench.repeats; round++) {
    bench.progress(`round ${round} of ${bench.repeats}`);
    await measureOnce(measuring, {
      ...{ userIds, orgIds, data, requests: REQUESTS, eventsARequest: EVENTS_A_REQUEST },
      ...{ seed: round, now: Date.now() },
    });
  }
  samples.dropWarmUp();
  bench.progress('waiting until everything accepted is shown');
  await sent.isVisible(api);
  await noneIsRejected(clone);
  samples.add(ROWS.memory, api.peakMb());
  return [
    samples.figure(ROWS.activity, 'events/s', 'higher', {
      ...{ against: ROWS.parsed, must: 0.3, aim: 0.4 },
    }),
    samples.figure(ROWS.mixed, 'events/s', 'higher', {
      ...{ against: ROWS.mixedParsed, must: 0.15, aim: 0.25 },
    }),
    samples.figure(ROWS.parsed, 'events/s', 'higher'),
    samples.figure(ROWS.mixedParsed, 'events/s', 'higher'),
    samples.figure(ROWS.memory, 'MB', 'lower', { must: 400, aim: 256 }),
    samples.figure(ROWS.copied, 'rows/s', 'higher'),
    samples.figure(ROWS.alone, 'commits/s', 'higher'),
    samples.figure(ROWS.together, 'commits/s', 'higher'),
  ];
}

async function measureOnce(measuring: Measuring, wanted: MixWanted): Promise<void> {
  const { samples, parser, clone } = measuring;
  const bodies = activityBodies(wanted);
  samples.add(ROWS.parsed, EVENTS / (await parser.ask(bodies)));
  samples.add(ROWS.activity, await eventRate(measuring, bodies));
  // The same round, but other users.
  const mixed = mixedBodies({ ...wanted, seed: wanted.seed + 1_000 });
  samples.add(ROWS.mixedParsed, EVENTS / (await parser.ask(mixed)));
  samples.add(ROWS.mixed, await eventRate(measuring, mixed));
  samples.add(ROWS.copied, await copyRate(clone.databaseUrl));
  samples.add(ROWS.alone, await commitRate(clone.databaseUrl, 1));
  samples.add(ROWS.together, await commitRate(clone.databaseUrl, 16));
}

/** Accepted events per second. */
async function eventRate(
  { generator, api, sent }: Measuring,
  bodies: readonly Buffer[],
): Promise<number> {
  const requests = bodies.map(rawEvents);
  const load = { port: portOf(api), requests, connections: CONNECTIONS, seconds: SECONDS };
  const loaded = onlyAccepted(await generator.ask(load));
  sent.add(bodies, loaded.accepted);
  return rateOf(loaded) * EVENTS_A_REQUEST;
}

async function noneIsRejected(clone: Clone): Promise<void> {
  const rejected = await clone.query<{ errors: unknown }>(
    'select errors from dead_letters limit 3',
  );
  if (rejected.length > 0) throw new Error(`Events were rejected: ${JSON.stringify(rejected)}`);
}
