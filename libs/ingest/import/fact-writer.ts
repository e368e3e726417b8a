import { unixSeconds, type EventOf, type NativeEvent } from '#libs/contracts';
import type { Connection } from '#libs/database';
import type { BulkLoad, Written } from '#libs/facts';
import { eraseTracesOf } from '../dead-letters/dead-letters.erasure.js';

/**
 * Activity events per write. Each write rewrites every day and block that it touches, and charts
 * requested meanwhile wait for it.
 */
const ACTIVITY_PER_WRITE = 200_000;

/**
 * `remembered`: identities are stored and count once. `content`: repeating an event has no effect
 * anyway. `restored`: the same, and deletions erase dead letters.
 */
export type Identities = 'remembered' | 'content' | 'restored';

/** Writes imported events: activity as columns, all others by COPY. */
export class FactWriter {
  /** Number of events whose identity was known. */
  known = 0;
  private userIds: string[] = [];
  private orgIds: (string | undefined)[] = [];
  private readonly seconds = new Uint32Array(ACTIVITY_PER_WRITE);

  constructor(
    private readonly into: BulkLoad,
    private identities: Identities,
  ) {}

  /** From here on, the events are those of an exported store. */
  beginRestore(): void {
    this.identities = 'restored';
  }

  /** Writes events. Activity is collected and may be written later, at the latest by `end`. */
  async write(events: readonly NativeEvent[]): Promise<void> {
    const others: NativeEvent[] = [];
    for (const event of events) {
      if (event.type !== 'user.active') others.push(event);
      else if (this.keep(event) === ACTIVITY_PER_WRITE) await this.writeActivity();
    }
    if (others.length === 0) return;
    if (this.identities === 'content') return this.into.events(others);
    const erase = (db: Connection, written: Written) => eraseTracesOf(db, written);
    if (this.identities === 'restored') return this.into.restoredEvents(others, erase);
    const { fresh } = await this.into.eventsOnce(others, erase);
    this.known += others.length - fresh;
  }

  async end(): Promise<void> {
    if (this.userIds.length > 0) await this.writeActivity();
  }

  private keep({ at, data }: EventOf<'user.active'>): number {
    this.seconds[this.userIds.length] = unixSeconds(at);
    this.orgIds.push(data.org_id);
    return this.userIds.push(data.user_id);
  }

  private async writeActivity(): Promise<void> {
    const { userIds, orgIds } = this;
    [this.userIds, this.orgIds] = [[], []];
    await this.into.activity(userIds, this.seconds.subarray(0, userIds.length), orgIds);
  }
}
