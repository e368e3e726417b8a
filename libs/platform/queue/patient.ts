import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionClosedError, type BackendFactory, type IQueueBackend } from 'bullmq';

/** The failures that a worker's backend waits after, by backend. */
const troubles = new WeakMap<object, Error>();

/** What keeps a backend of `patient` from taking jobs just now; undefined when nothing does. */
export function troubleOf(backend: object): Error | undefined {
  return troubles.get(backend);
}

const [FIRST_MS, LONGEST_MS] = [500, 30_000];

/**
 * Has a backend's worker wait after each failure, twice as long as after the one before, up to half a minute.
 * BullMQ tries again at once whatever it does not take for a lost connection: a command that is not allowed, a
 * cluster that redirects, a Redis whose memory is full.
 */
export function patient<B extends IQueueBackend, O>(
  factory: BackendFactory<B, O>,
): BackendFactory<B, O> {
  return (name, options, kind) => {
    const backend = factory(name, options, kind);
    const rest = new Rest();
    const guarded =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        try {
          const result = await work.apply(backend, args);
          rest.succeeded();
          troubles.delete(backend);
          return result;
        } catch (error) {
          if (rest.isOver) throw error;
          troubles.set(backend, error as Error);
          (backend as unknown as EventEmitter).emit('error', error);
          await rest.afterFailure();
          // BullMQ tries again after this one, and does not report it once more.
          throw new ConnectionClosedError(undefined, error as Error);
        }
      };
    const ending =
      <A extends unknown[], R>(work: (...args: A) => R) =>
      (...args: A): R => {
        rest.end();
        return work.apply(backend, args);
      };
    const { moveToActive, waitForJob, close, disconnect, disconnectBlocking } = backend;
    return Object.assign(backend, {
      moveToActive: guarded(moveToActive),
      waitForJob: guarded(waitForJob),
      close: ending(close),
      disconnect: ending(disconnect),
      disconnectBlocking: ending(disconnectBlocking),
    });
  };
}

/** How long to wait after one failure more. */
class Rest {
  private failures = 0;
  private readonly ended = new AbortController();

  get isOver(): boolean {
    return this.ended.signal.aborted;
  }

  succeeded(): void {
    this.failures = 0;
  }

  async afterFailure(): Promise<void> {
    const ms = Math.min(FIRST_MS * 2 ** Math.min(this.failures++, 10), LONGEST_MS);
    await delay(ms, undefined, { signal: this.ended.signal, ref: false }).catch(() => undefined);
  }

  end(): void {
    this.ended.abort();
  }
}
