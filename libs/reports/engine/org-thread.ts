import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Tallying } from './org-tallies.js';

const ENTRY = new URL('./tally-thread.js', import.meta.url);

/**
 * A thread that adds up by org while users are put into their places: the two take as long as each other, a third
 * of a run together, and PostgreSQL has little to do meanwhile.
 */
export class OrgThread {
  private thread: Worker | undefined;
  private last: Promise<void> = Promise.resolve();

  /** Fulfilled when the rows are filled. @throws what the thread threw; the next call has another one */
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
  // Nobody waits for its end; what it throws is told to whoever waits for an answer.
  thread.unref();
  thread.on('error', () => undefined);
  return thread;
}
