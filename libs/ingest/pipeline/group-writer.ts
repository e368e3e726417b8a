import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiError } from '#libs/contracts';
import { isDatabaseAway } from '#libs/database';

/** One request's work and the callbacks that settle it. */
interface Waiting<T> {
  work: T;
  size: number;
  done: () => void;
  failed: (error: unknown) => void;
}

export interface GroupLimits {
  /** Groups written at the same time. */
  writers: number;
  /** Maximum size of a group; a single larger work forms a group of its own. */
  groupSize: number;
  /** Maximum size of waiting work; more is refused. */
  queueSize: number;
}

/**
 * Group commit: work that arrives while a group is being written forms the next group. A commit
 * costs the same for one event as for thousands, and a request waits only for the groups before it.
 */
export class GroupWriter<T> {
  private readonly queue: Waiting<T>[] = [];
  private queued = 0;
  private writing = 0;
  /** Start of each group under way, monotonic milliseconds. */
  private readonly begun = new Map<object, number>();

  /**
   * @param writeGroup writes all of a group or nothing; after a failure it is called with each work
   *   alone
   */
  constructor(
    private readonly writeGroup: (group: T[]) => Promise<void>,
    private readonly limits: GroupLimits,
  ) {}

  /** Age of the oldest group under way in milliseconds, 0 without one. */
  get slowestMs(): number {
    const now = performance.now();
    return Math.max(0, ...Array.from(this.begun.values(), (since) => now - since));
  }

  /** Size of the work that waits. */
  get waiting(): number {
    return this.queued;
  }

  /**
   * Resolves when the work is committed. A failure affects only the request that caused it.
   * @param size the size of the work, in the units of the limits
   * @throws ApiError `unavailable` when too much work waits; nothing is written then
   */
  write(work: T, size: number): Promise<void> {
    if (this.queued > 0 && this.queued + size > this.limits.queueSize) {
      const message =
        'Too many events are waiting to be written. Nothing was accepted: send the request again.';
      throw new ApiError('unavailable', message, { retryAfterSeconds: 1 });
    }
    return new Promise((done, failed) => {
      this.queue.push({ work, size, done, failed });
      this.queued += size;
      void this.start();
    });
  }

  private async start(): Promise<void> {
    if (this.writing >= this.limits.writers) return;
    this.writing++;
    // Waits one turn, so that requests from one read of the sockets form one group.
    for (await nextTurn(); this.queue.length > 0; await nextTurn()) {
      const group = this.takeGroup();
      this.begun.set(group, performance.now());
      await this.attempt(group).finally(() => this.begun.delete(group));
    }
    this.writing--;
  }

  private takeGroup(): Waiting<T>[] {
    let size = 0;
    let count = 0;
    for (const { size: next } of this.queue) {
      if (count > 0 && size + next > this.limits.groupSize) break;
      size += next;
      count++;
    }
    this.queued -= size;
    return this.queue.splice(0, count);
  }

  /** Writes a group. When it fails, writes each work alone, unless the database is away. */
  private async attempt(group: Waiting<T>[]): Promise<void> {
    try {
      await this.writeGroup(group.map(({ work }) => work));
      for (const { done } of group) done();
    } catch (error) {
      if (group.length === 1 || isDatabaseAway(error))
        for (const { failed } of group) failed(error);
      else for (const one of group) await this.attempt([one]);
    }
  }
}
