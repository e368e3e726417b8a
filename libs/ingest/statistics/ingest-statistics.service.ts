import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { TRAIT_DROPS, type DroppedTraits, type Outcome, type Sender } from '#libs/contracts';
import { Clock, Logger, describeError } from '#libs/platform';
import { Database } from '#libs/database';
import { addCounts, type SourceCount } from './counts.store.js';
import { TypeNames } from './type-names.js';

const HOUR_MS = 3_600_000;
const FLUSH_MS = 3_000;

/**
 * Counts events per sender, type and outcome. Counts are added up in memory and written every 3
 * seconds, so no event waits for a count. A process that is killed loses unwritten counts.
 */
@Injectable()
export class IngestStatistics implements OnApplicationShutdown {
  private readonly names = new TypeNames();
  private counts = new Map<string, SourceCount>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Counts `count` events.
   * @param type null when unknown
   * @param reason why they are unused, from a fixed set; empty without a particular reason
   */
  record(sender: Sender, type: string | null, outcome: Outcome, count = 1, reason = ''): void {
    if (count === 0) return;
    const lastAt = this.clock.now();
    const hour = Math.floor(lastAt / HOUR_MS);
    const name = this.names.of(sender, type, hour);
    this.add({ hour, sender, type: name, outcome, reason, count, lastAt });
    this.flushSoon();
  }

  /** Counts traits that were dropped from the events of a sender. */
  recordDropped(sender: Sender, dropped: DroppedTraits): void {
    const lastAt = this.clock.now();
    const hour = Math.floor(lastAt / HOUR_MS);
    for (const reason of TRAIT_DROPS) {
      const count = dropped[reason] ?? 0;
      if (count === 0) continue;
      this.add({ hour, sender, type: 'trait', outcome: 'dropped', reason, count, lastAt });
      this.flushSoon();
    }
  }

  /** Writes all counts of this process. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const written = this.writing.then(() => this.write());
    this.writing = written.catch(() => undefined);
    return written;
  }

  /** Writes the last counts. The platform closes the store afterwards. */
  async onApplicationShutdown(): Promise<void> {
    await this.flushOrLog();
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private flushSoon(): void {
    if (this.isClosed) return;
    this.timer ??= setTimeout(() => void this.flushOrLog(), FLUSH_MS).unref();
  }

  private async flushOrLog(): Promise<void> {
    await this.flush().catch((error: unknown) => {
      this.logger.warn(
        'counts of sources could not be written and will be retried',
        describeError(error),
      );
    });
  }

  private async write(): Promise<void> {
    const { counts } = this;
    if (counts.size === 0) return;
    this.counts = new Map();
    try {
      await addCounts(this.database.pool, [...counts.values()]);
    } catch (error) {
      for (const count of counts.values()) this.add(count);
      this.flushSoon();
      throw error;
    }
  }

  private add(added: SourceCount): void {
    const { hour, sender, type, outcome, reason, count, lastAt } = added;
    const key = [hour, sender.kind, sender.name, type, outcome, reason].join('\0');
    const known = this.counts.get(key);
    if (!known) {
      this.counts.set(key, added);
      return;
    }
    known.count += count;
    known.lastAt = Math.max(known.lastAt, lastAt);
  }
}
