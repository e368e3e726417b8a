import { startChild, type Child } from '../child.js';
import { cloneStore } from '../clone.js';
import { closing } from '../closing.js';
import { activityBodies } from '../event-bodies.js';
import { onlyAccepted, portOf, rateOf, startGenerator, type Generator } from '../generator.js';
import { startService, type Service } from '../processes.js';
import { ReferenceData } from '../reference/reference-data.js';
import { rawEvents } from '../requests.js';
import { Samples } from '../samples.js';
import { SentActivity } from '../sent-activity.js';
import type { Bench, Figure, Stage } from '../stage.js';

const CONNECTIONS = [64, 128];
const REQUESTS = 60_000;
const SECONDS = 2;

const singleRow = (connections: number) => `single events over HTTP, ${connections} connections`;
const bareRow = (connections: number) => `bare Fastify, ${connections} connections`;

interface Measuring {
  api: Service;
  bare: Child<'port', number>;
  generator: Generator;
  userIds: readonly string[];
  data: ReferenceData;
  sent: SentActivity;
  samples: Samples;
}

/** Requests of one event each, compared with a Fastify that answers the same requests with a constant. */
export const singles: Stage = {
  name: 'singles',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'singles'));
      await SentActivity.forgetLately(clone);
      await open(startService('worker', clone.databaseUrl));
      const bare = new URL('../anchors/fastify.js', import.meta.url);
      return measure(bench, {
        api: await open(startService('api', clone.databaseUrl)),
        bare: await open(startChild<'port', number>(bare)),
        generator: await open(startGenerator()),
        userIds: await clone.ids('user'),
        data: new ReferenceData(bench.users),
        sent: await SentActivity.to(clone),
        samples: new Samples(),
      });
    }),
};

async function measure(bench: Bench, measuring: Measuring): Promise<Figure[]> {
  const { api, sent, samples } = measuring;
  for (let round = 0; round <= bench.repeats; round++) {
    bench.progress(`round ${round} of ${bench.repeats}`);
    for (const connections of CONNECTIONS) await measureOnce(measuring, round, connections);
  }
  samples.dropWarmUp();
  bench.progress('waiting until everything accepted is shown');
  await sent.isVisible(api);
  return CONNECTIONS.flatMap((connections) => {
    const anchor = { against: bareRow(connections), must: 0.4, aim: 0.6 };
    return [
      samples.figure(singleRow(connections), 'requests/s', 'higher', anchor),
      samples.figure(bareRow(connections), 'requests/s', 'higher'),
    ];
  });
}

async function measureOnce(
  { api, bare, generator, userIds, data, sent, samples }: Measuring,
  round: number,
  connections: number,
): Promise<void> {
  const seed = round * CONNECTIONS.length + CONNECTIONS.indexOf(connections);
  const wanted = { userIds, data, requests: REQUESTS, eventsARequest: 1, seed, now: Date.now() };
  const bodies = activityBodies(wanted);
  const requests = bodies.map(rawEvents);
  const load = { requests, connections, seconds: SECONDS };
  const loaded = onlyAccepted(await generator.ask({ ...load, port: portOf(api) }));
  sent.add(bodies, loaded.accepted);
  samples.add(singleRow(connections), rateOf(loaded));
  // Bare Fastify reaches the end of the list before the time is over, so it starts again.
  const port = await bare.ask('port');
  const answered = onlyAccepted(await generator.ask({ ...load, port, again: true }));
  samples.add(bareRow(connections), rateOf(answered));
}
