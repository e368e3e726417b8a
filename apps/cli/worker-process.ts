import { fork, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger, MetricsSnapshot, Settings } from '#libs/platform';

const ENTRY = fileURLToPath(new URL('./worker-main.js', import.meta.url));
/** The restart delay: doubled each time, until the process has stayed alive for a while. */
const RESTART_MS = { first: 1_000, most: 10_000 };
const STAYED_MS = 30_000;
const ANSWER_MS = 500;
/** The process needs up to 2.5 s to check its parts. */
const READY_WITHIN_MS = 3_000;
/** A run can delay answers by some seconds: the last answer counts for this time. */
const BUSY_MS = 30_000;
/** Shortly before the shutdown timeout of this process. */
const ENDS_WITHIN_MS = 28_000;

/** Messages to the worker process: first the settings, then requests. */
export type ToWorker = { settings: Settings } | { ask: keyof FromWorker };
/** The answers of the worker process, one at a time. */
export interface FromWorker {
  metrics: MetricsSnapshot;
  /** One sentence for each part that cannot work. */
  problems: string[];
}

/**
 * The worker of `insightd all`. It is a separate process, since a run with a million users computes for seconds, and
 * requests on the same thread would wait for it. It ends whenever this process ends, and is restarted when it ends
 * unexpectedly.
 */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private restartMs = RESTART_MS.first;
  private readyAt = -Infinity;
  /** Logs restarts. Set when the API, which has the logger, is created. */
  logger: Logger | undefined;

  constructor(private readonly settings: Settings) {}

  start(): void {
    const child = fork(ENTRY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child = child;
    const startedAt = performance.now();
    child.on('error', () => undefined);
    send(child, { settings: this.settings });
    child.once('exit', () => {
      this.readyAt = -Infinity;
      if (performance.now() - startedAt >= STAYED_MS) this.restartMs = RESTART_MS.first;
      void this.startAgain();
    });
  }

  /** The metrics of the process; empty when it does not answer in time. */
  async metrics(): Promise<MetricsSnapshot> {
    return (await this.ask('metrics', ANSWER_MS)) ?? [];
  }

  /** @throws Error when the worker cannot work */
  async ready(): Promise<void> {
    const problems = await this.ask('problems', READY_WITHIN_MS);
    if (problems?.length === 0) this.readyAt = performance.now();
    if (problems !== undefined && problems.length > 0) throw new Error(problems.join(' '));
    if (performance.now() - this.readyAt > BUSY_MS) throw new Error('it does not answer');
  }

  /** Lets the process finish its current work and waits for its end; kills it after a timeout. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(ENDS_WITHIN_MS) });
    // The worker treats the end of the connection as the end of this process.
    if (child.connected) child.disconnect();
    await ended.catch(() => child.kill('SIGKILL'));
  }

  /** @returns undefined when the process does not answer in time */
  private async ask<K extends keyof FromWorker>(
    what: K,
    withinMs: number,
  ): Promise<FromWorker[K] | undefined> {
    const { child } = this;
    if (!child?.connected) return undefined;
    // A process that disconnects, such as at the end of this one, does not answer any more.
    const answers = on(child, 'message', {
      ...{ signal: AbortSignal.timeout(withinMs), close: ['disconnect'] },
    });
    send(child, { ask: what });
    const answer = async () => {
      for await (const [message] of answers as AsyncIterable<[Partial<FromWorker>]>) {
        if (message[what] !== undefined) return message[what];
      }
      return undefined;
    };
    return answer().catch(() => undefined);
  }

  private async startAgain(): Promise<void> {
    if (this.stopping) return;
    const { restartMs } = this;
    this.restartMs = Math.min(2 * restartMs, RESTART_MS.most);
    this.logger?.error('the worker process ended and will be started again', { restartMs });
    await delay(restartMs, undefined, { ref: false });
    if (!this.stopping) this.start();
  }
}

/** Sends a message. A failure is ignored: the process has ended then, which `exit` reports. */
function send(child: ChildProcess, message: ToWorker): void {
  child.send(message, () => undefined);
}
