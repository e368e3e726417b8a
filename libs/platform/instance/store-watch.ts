import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ApiError, endsWithin } from '#libs/contracts';
import { Database, migrationNames, newerStoreMessage, schemaState } from '#libs/database';
import { Clock } from '../clock/clock.js';
import { databaseNow } from '../clock/database-clock.query.js';
import { Logger } from '../logger/logger.js';

const LOOK_MS = 5_000;
/** The interval before the first reading, while the database is not available yet. */
const FIRST_LOOK_MS = 500;
/** The longest that a start waits for the first look. */
const START_WAITS_MS = 2_000;
/** A reading that took longer is too inexact. */
const SLOW_READING_MS = 2_000;
/** From this difference on, the clocks of the process and the database are reported to differ. */
const CLOCKS_DIFFER_MS = 60_000;
/** From this difference on, nothing is deleted by age: one of the clocks is wrong, possibly the database's. */
const CLOCKS_DISAGREE_MS = 3_600_000;

/**
 * Checks the clock and the migrations of the store every few seconds. `Clock` follows the store's clock. When a newer
 * build has migrated the store, this process answers requests with 503 and takes no work until the store matches this
 * build again.
 */
@Injectable()
export class StoreWatch implements OnModuleInit, OnApplicationShutdown {
  private unknown: string | undefined;
  private known: string[] | undefined;
  private hasRead = false;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private clocksDiffer = false;
  private readonly listeners: ((isNewer: boolean) => void)[] = [];
  private readonly otherLooks: (() => Promise<void>)[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.look();
    this.lookAgain();
  }

  onApplicationShutdown(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  /** Why this build must not use the store: a newer build has migrated it. Undefined when it may. */
  get newerStore(): string | undefined {
    return this.unknown === undefined ? undefined : newerStoreMessage(this.unknown);
  }

  /** The reply to every request while the store belongs to a newer build; otherwise undefined. */
  get refusal(): ApiError | undefined {
    const message = this.newerStore;
    if (message === undefined) return undefined;
    return new ApiError('unavailable', message, { retryAfterSeconds: 30 });
  }

  /** Calls `listener` whenever a newer build has migrated the store, and when the store matches this build again. */
  onChange(listener: (isNewer: boolean) => void): void {
    this.listeners.push(listener);
    if (this.unknown !== undefined) listener(true);
  }

  /** Adds a check to every look. Its failures are ignored. */
  alsoLook(look: () => Promise<void>): void {
    this.otherLooks.push(look);
  }

  /** Whether the clocks of this process and the database agree well enough to delete by age. */
  clocksAgree(): boolean {
    return Math.abs(this.clock.aheadMs()) < CLOCKS_DISAGREE_MS;
  }

  /** The names of this build's migrations. */
  async knownMigrations(): Promise<string[]> {
    return (this.known ??= await migrationNames());
  }

  /** Looks now, for at most two seconds. Keeps the last result when the database does not answer. */
  async look(): Promise<void> {
    this.looking ??= this.read()
      .catch(() => undefined)
      .finally(() => (this.looking = undefined));
    await endsWithin(START_WAITS_MS, this.looking);
  }

  private lookAgain(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(
      () => void this.look().finally(() => this.lookAgain()),
      this.hasRead ? LOOK_MS : FIRST_LOOK_MS,
    ).unref();
  }

  private async read(): Promise<void> {
    const { pool } = this.database;
    const askedAt = performance.now();
    const ms = await databaseNow(pool);
    const answeredAt = performance.now();
    if (!this.hasRead || answeredAt - askedAt < SLOW_READING_MS) {
      this.clock.set(ms, (askedAt + answeredAt) / 2);
      this.hasRead = true;
      this.reportClocks();
    }
    const { unknown } = await schemaState(pool, await this.knownMigrations());
    this.note(unknown);
    for (const look of this.otherLooks) await look();
  }

  private note(unknown: string | undefined): void {
    const before = this.unknown;
    this.unknown = unknown;
    if (before === unknown) return;
    if (unknown === undefined) this.logger.info('the database belongs to this version again');
    else
      this.logger.error('stopped working: the database belongs to a newer version', {
        migration: unknown,
      });
    if ((before === undefined) === (unknown === undefined)) return;
    for (const listener of this.listeners) listener(unknown !== undefined);
  }

  private reportClocks(): void {
    const ahead = this.clock.aheadMs();
    const differ = Math.abs(ahead) >= CLOCKS_DIFFER_MS;
    if (differ === this.clocksDiffer) return;
    this.clocksDiffer = differ;
    const aheadSeconds = Math.round(ahead / 1000);
    if (differ) {
      this.logger.warn(
        "this machine's clock differs from the database's, which applies: synchronize both with NTP",
        { aheadSeconds },
      );
    } else this.logger.info("this machine's clock agrees with the database's", { aheadSeconds });
  }
}
