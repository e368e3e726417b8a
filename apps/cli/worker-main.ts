import { once } from 'node:events';
import { stopForRestart, stopWithParent } from './shutdown.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** The worker process of `insightd all`, on the store that the other process has opened. */
// Runs first: loading the rest takes seconds on a busy machine, and the other process may end during that time.
// Until the worker has started, no graceful shutdown is needed.
const endAtOnce = () => process.exit(1);
process.once('disconnect', endAtOnce);
if (!process.connected) endAtOnce();
const settingsMessage = once(process, 'message');
const { Metrics, QueueStore, Readiness } = await import('#libs/platform');
const { closeInTime, startService } = await import('./service.js');
const [first] = (await settingsMessage) as [ToWorker];
if (!('settings' in first)) throw new Error('The first message must contain the settings.');

// The other process answers health and metrics for both.
const app = await startService('worker', { ...first.settings, HOST: '127.0.0.1', PORT: 0 });

process.on('message', (message: ToWorker) => {
  if ('ask' in message) void answer(message.ask).catch(() => undefined);
});
process.off('disconnect', endAtOnce);
stopWithParent(once(process, 'disconnect'), () => closeInTime(app));
// The process that started this one starts it again.
app.get(QueueStore).onReplaced(() => stopForRestart(() => closeInTime(app)));

async function answer(what: keyof FromWorker): Promise<void> {
  const reply: Partial<FromWorker> =
    what === 'metrics'
      ? { metrics: await app.get(Metrics).snapshot() }
      : { problems: await app.get(Readiness).problems() };
  // The other process may disconnect at any time. Without a callback, a failed write ends this process.
  process.send?.(reply, () => undefined);
}
