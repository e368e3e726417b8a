import { once } from 'node:events';
import { Metrics } from '#libs/platform';
import { stopWithParent } from './lifetime.js';
import { closeInTime, startService } from './service.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** The process that works for an `insightd all`, over the store that is open there. */
const parentIsGone = once(process, 'disconnect');
const [first] = (await once(process, 'message')) as [ToWorker];
if (!('settings' in first)) throw new Error('The first message must bring the settings.');

// What it answers over HTTP, health and metrics, the other process answers for both.
const app = await startService('worker', { ...first.settings, HOST: '127.0.0.1', PORT: 0 });

process.on('message', () => {
  void app
    .get(Metrics)
    .snapshot()
    .then((metrics) => process.send?.({ metrics } satisfies FromWorker));
});
stopWithParent(parentIsGone, () => closeInTime(app));
