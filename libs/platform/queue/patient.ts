import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionClosedError, type BackendFactory, type IQueueBackend } from 'bullmq';

/** The last failure of each backend that does not work at the moment. */
const troubles = new WeakMap<object, Error>();

/** The failure that currently keeps a backend of `patient` from taking jobs; undefined without one. */
export function troubleOf(backend: object): Error | undefined {
  return troubles.get(backend);
}

const [FIRST_MS, LONGEST_MS] = [250, 5_000];
/** An attempt that has run for this long without failing waits for a job: the earlier failure is over. */
const WORKS_AFTER_MS = 1_000;

/**
 * Makes the worker of a backend wait after each failure, each time twice as long, up to five seconds. BullMQ itself
 * retries at once after every failure that it does not recognize as a lost connection: a command that is not allowed,
 * a redirect of a cluster, a Redis with full memory.
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
        const works = setTimeout(() => troubles.delete(backend), WORKS_AFTER_MS);
        try {
          const result = await work(...args);
          rest.succeeded();
          troubles.delete(backend);
          return result;
        } catch (error) {
          clearTimeout(works);
          if (rest.isOver) throw error;
          troubles.set(backend, error as Error);
          (backend as unknown as EventEmitter).emit('error', error);
          await rest.afterFailure();
          // BullMQ retries after this error and does not report it again.
          throw new ConnectionClosedError(undefined, error);
        } finally {
          clearTimeout(works);
        }
      };
    const ending =
      <A extends unknown[], R>(work: (...args: A) => R) =>
      (...args: A): R => {
        rest.end();
        return work(...args);
      };
    return Object.assign(backend, {
      moveToActive: guarded(backend.moveToActive.bind(backend)),
      waitForJob: guarded(backend.waitForJob.bind(backend)),
      close: ending(backend.close.bind(backend)),
      disconnect: ending(backend.disconnect.bind(backend)),
      disconnectBlocking: ending(backend.disconnectBlocking.bind(backend)),
    });
  };
}

/** Waits after failures, longer after each one, until it is ended. */
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
