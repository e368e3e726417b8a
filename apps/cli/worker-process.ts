import { fork, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger, MetricsSnapshot, Settings } from '#libs/platform';

const ENTRY = fileURLToPath(new URL('./worker-main.js', import.meta.url));
/** After which time it is started again: doubled each time, until it has stayed for a while. */
const RESTART_MS = { first: 1_000, most: 10_000 };
const STAYED_MS = 30_000;
const ANSWER_MS = 500;
/** It checks its parts for up to 2.5 s. */
const READY_WITHIN_MS = 3_000;
/** A run keeps it from answering for some seconds: for so long its last answer counts. */
const BUSY_MS = 30_000;
/** Shortly before this process gives up waiting for its own end. */
const ENDS_WITHIN_MS = 28_000;

/** Messages to the worker process: first its settings, then requests. */
export type ToWorker = { settings: Settings } | { ask: keyof FromWorker };
/** Its answers, one at a time. */
export interface FromWorker {
  metrics: MetricsSnapshot;
  /** A sentence for each part that cannot work. */
  problems: string[];
}

/**
 * The worker of `insightd all`: a process of its own, since a run at a million users computes for
 * seconds, and requests answered by the same thread would wait for it. It ends with this process,
 * however that ends, and is started again when it ends by itself.
 */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private restartMs = RESTART_MS.first;
  private readyAt = -Infinity;

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
      this.readyAt = -Infinity;
      if (performance.now() - startedAt >= STAYED_MS) this.restartMs = RESTART_MS.first;
      void this.startAgain();
    });
  }

  /** Its metrics; nothing when it does not answer at once. */
  async metrics(): Promise<MetricsSnapshot> {
    return (await this.ask('metrics', ANSWER_MS)) ?? [];
  }

  /** @throws Error when it cannot work */
  async ready(): Promise<void> {
    const problems = await this.ask('problems', READY_WITHIN_MS);
    if (problems?.length === 0) this.readyAt = performance.now();
    if (problems !== undefined && problems.length > 0) throw new Error(problems.join(' '));
    if (performance.now() - this.readyAt > BUSY_MS) throw new Error('it does not answer');
  }

  /** Lets it finish its current work and waits for its end; kills it when it does not end in time. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // It takes the end of the connection for the end of this process.
    if (child.connected) child.disconnect();
    const kill = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended.finally(() => clearTimeout(kill));
  }

  /** @returns undefined when it does not answer in time */
  private async ask<K extends keyof FromWorker>(
    what: K,
    withinMs: number,
  ): Promise<FromWorker[K] | undefined> {
    const { child } = this;
    if (!child?.connected) return undefined;
    const given = new AbortController();
    const answers = on(child, 'message', { signal: given.signal });
    child.send({ ask: what } satisfies ToWorker);
    const answer = async () => {
      for await (const [message] of answers as AsyncIterable<[Partial<FromWorker>]>) {
        if (message[what] !== undefined) return message[what];
      }
      return undefined;
    };
    const nothing = delay(withinMs, undefined, { ref: false });
    const asked = answer().catch(() => undefined);
    return Promise.race([asked, nothing]).finally(() => given.abort());
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
