import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiError } from '#libs/contracts';
import { isDatabaseAway } from '#libs/database';

/** One request's share of a group, and how its sender is told. */
interface Waiting<T> {
  work: T;
  size: number;
  done: () => void;
  failed: (error: unknown) => void;
}

export interface GroupLimits {
  /** How many groups are written at the same time. */
  writers: number;
  /** How much a group holds at most, unless a single work is larger. */
  groupSize: number;
  /** How much may wait; more is turned away. */
  queueSize: number;
}

/**
 * Writes the work of requests that come at the same time in one go: whatever has come while a group
 * is being written is the next group. A commit costs the same for one event as for thousands, and
 * nobody waits for anything but the group before.
 */
export class GroupWriter<T> {
  private readonly queue: Waiting<T>[] = [];
  private queued = 0;
  private writing = 0;
  /** When each group under way was begun; milliseconds of a clock that only goes forward. */
  private readonly begun = new Map<object, number>();

  /** @param writeGroup all or nothing of a group; it may be called again with parts of it */
  constructor(
    private readonly writeGroup: (group: T[]) => Promise<void>,
    private readonly limits: GroupLimits,
  ) {}

  /** For how long the oldest group under way has been written; milliseconds, 0 when there is none. */
  get slowestMs(): number {
    const now = performance.now();
    return Math.max(0, ...Array.from(this.begun.values(), (since) => now - since));
  }

  /** How much waits to be written. */
  get waiting(): number {
    return this.queued;
  }

  /**
   * Fulfilled when the work is committed. One request's failure is not another's.
   * @param size of the work, in the units of the limits
   * @throws ApiError `unavailable` when too much waits; nothing was written then
   */
  write(work: T, size: number): Promise<void> {
    if (this.queued > 0 && this.queued + size > this.limits.queueSize) {
      const message = 'Too much waits to be written. Nothing was taken: send it again.';
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
    // Requests that came in one read of the sockets go together; without this turn, the first would
    // go alone.
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

  /** When a group fails, each work is tried by itself: only what is wrong by itself fails. Not so when the database is away. */
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
