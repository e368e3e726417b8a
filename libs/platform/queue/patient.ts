import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionClosedError, type BackendFactory, type IQueueBackend } from 'bullmq';

/** The failures that a worker's backend waits after, by backend. */
const troubles = new WeakMap<object, Error>();

/** What keeps a backend of `patient` from taking jobs just now; undefined when nothing does. */
export function troubleOf(backend: object): Error | undefined {
  return troubles.get(backend);
}

const [FIRST_MS, LONGEST_MS] = [250, 5_000];
/** An attempt that has not failed for so long waits for a job: what was refused before is allowed again. */
const WORKS_AFTER_MS = 1_000;

/**
 * Has a backend's worker wait after each failure, twice as long as after the one before, up to five seconds.
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
          // BullMQ tries again after this one, and does not report it once more.
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
