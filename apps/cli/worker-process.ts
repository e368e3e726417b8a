import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger, MetricsSnapshot, Settings } from '#libs/platform';

const ENTRY = fileURLToPath(new URL('./worker-main.js', import.meta.url));
/** After which time it is started again: doubled each time, until it has stayed for a while. */
const RESTART_MS = { first: 1_000, most: 10_000 };
const STAYED_MS = 30_000;
const ANSWER_MS = 500;

/** What the worker process is told: first its settings, then questions. */
export type ToWorker = { settings: Settings } | { ask: 'metrics' };
export type FromWorker = { metrics: MetricsSnapshot };

/**
 * The worker of `insightd all`: a process of its own, since a run at a million users computes for
 * seconds, and requests answered by the same thread would wait for it. It ends with this process,
 * however that ends, and is started again when it ends by itself.
 */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private restartMs = RESTART_MS.first;

  constructor(
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const child = fork(ENTRY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child = child;
    const startedAt = performance.now();
    child.on('error', () => undefined);
    child.send({ settings: this.settings } satisfies ToWorker);
    child.once('exit', () => {
      if (performance.now() - startedAt >= STAYED_MS) this.restartMs = RESTART_MS.first;
      void this.startAgain();
    });
  }

  /** Its metrics; nothing when it does not answer at once. */
  async metrics(): Promise<MetricsSnapshot> {
    const { child } = this;
    if (!child?.connected) return [];
    const given = new AbortController();
    const answer = once(child, 'message', { signal: given.signal }).then(
      ([message]) => (message as FromWorker).metrics,
      () => [],
    );
    child.send({ ask: 'metrics' } satisfies ToWorker);
    const nothing = delay<MetricsSnapshot>(ANSWER_MS, [], { ref: false });
    return Promise.race([answer, nothing]).finally(() => given.abort());
  }

  /** Lets it finish what is under way, and waits for its end. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // It takes the end of the connection for the end of this process.
    if (child.connected) child.disconnect();
    await ended;
  }

  private async startAgain(): Promise<void> {
    if (this.stopping) return;
    const { restartMs } = this;
    this.restartMs = Math.min(2 * restartMs, RESTART_MS.most);
    this.logger.error('the worker process ended and will be started again', { restartMs });
    await delay(restartMs, undefined, { ref: false });
    if (!this.stopping) this.start();
  }
}
