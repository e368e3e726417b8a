import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Tallying } from './org-tallies.js';

const ENTRY = new URL('./tally-thread.js', import.meta.url);

/**
 * A thread that tallies orgs while the main thread sorts users. Both take about the same time, together a third of a
 * run, and PostgreSQL is mostly idle during that time.
 */
export class OrgThread {
  private thread: Worker | undefined;
  private last: Promise<void> = Promise.resolve();

  /** Resolves when the rows are filled. @throws the thread's error; the next call starts a new thread */
  tally(tallying: Tallying): Promise<void> {
    const done = this.last.then(() => this.ask(tallying));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async ask(tallying: Tallying): Promise<void> {
    this.thread ??= started();
    try {
      const answered = once(this.thread, 'message');
      this.thread.postMessage(tallying);
      await answered;
    } catch (error) {
      this.thread = undefined;
      throw error;
    }
  }
}

function started(): Worker {
  const thread = new Worker(ENTRY);
  // The process does not wait for the thread to end; its errors reach the pending `ask`.
  thread.unref();
  thread.on('error', () => undefined);
  return thread;
}
