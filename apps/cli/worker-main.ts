import { once } from 'node:events';
import { stopForRestart, stopWithParent } from './shutdown.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** The process that works for an `insightd all`, over the store that is open there. */
// Until it works there is nothing to be ended well, and the other process may go meanwhile: all else is loaded
// after this, since that takes seconds on a busy machine.
const endAtOnce = () => process.exit(1);
process.once('disconnect', endAtOnce);
if (!process.connected) endAtOnce();
const settingsMessage = once(process, 'message');
const { Metrics, QueueStore, Readiness } = await import('#libs/platform');
const { closeInTime, startService } = await import('./service.js');
const [first] = (await settingsMessage) as [ToWorker];
if (!('settings' in first)) throw new Error('The first message must contain the settings.');

// What it answers over HTTP, health and metrics, the other process answers for both.
const app = await startService('worker', { ...first.settings, HOST: '127.0.0.1', PORT: 0 });

process.on('message', (message: ToWorker) => {
  if ('ask' in message) void answer(message.ask);
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
  if (process.connected) process.send?.(reply);
}
