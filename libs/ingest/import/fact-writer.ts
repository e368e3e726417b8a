import type { EventOf, NativeEvent } from '#libs/contracts';
import type { BulkLoad } from '#libs/facts';
import { eraseTracesOf } from '../dead-letters/dead-letters.erasure.js';

/**
 * So much activity is written at once: each time, what is known of every day and block of users
 * that it touches is written anew, and a chart that is asked for meanwhile waits.
 */
const ACTIVITY_AT_ONCE = 200_000;

/** Whether an identity counts once, whatever comes under it, or each event is its whole content. */
export type Identities = 'remembered' | 'content';

/** Writes events of the past: activity as columns, the rest by COPY. */
export class FactWriter {
  /** How many events had come before, under the same identity. */
  known = 0;
  private userIds: string[] = [];
  private readonly seconds = new Uint32Array(ACTIVITY_AT_ONCE);

  constructor(
    private readonly into: BulkLoad,
    private readonly identities: Identities,
  ) {}

  /** Writes events; activity may still wait for more of it, or for `end`. */
  async write(events: readonly NativeEvent[]): Promise<void> {
    const others: NativeEvent[] = [];
    for (const event of events) {
      if (event.type !== 'user.active') others.push(event);
      else if (this.keep(event) === ACTIVITY_AT_ONCE) await this.writeActivity();
    }
    if (others.length === 0) return;
    if (this.identities === 'content') return this.into.events(others);
    const { fresh } = await this.into.eventsOnce(others, (db, written) =>
      eraseTracesOf(db, written),
    );
    this.known += others.length - fresh;
  }

  async end(): Promise<void> {
    if (this.userIds.length > 0) await this.writeActivity();
  }

  private keep({ at, data }: EventOf<'user.active'>): number {
    this.seconds[this.userIds.length] = Math.floor(at / 1000);
    return this.userIds.push(data.user_id);
  }

  private async writeActivity(): Promise<void> {
    const userIds = this.userIds;
    this.userIds = [];
    await this.into.activity(userIds, this.seconds.subarray(0, userIds.length));
  }
}
