import { Inject, Injectable } from '@nestjs/common';
import { Database, type Queryable } from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import { StoreWatch } from '../instance/store-watch.js';
import { Logger } from '../logger/logger.js';

// Identifies a store by its place: a restored backup or a copy of the database is a separate store with the same
// content. A promoted standby is the same store.
const PLACE = `
  select system_identifier || '-' || oid as place
  from pg_control_system(), pg_database
  where datname = current_database()`;

/**
 * The store that the queues belong to. Queues in Redis are named after the store that the process started with. When
 * another database has replaced that store, it may still be in use elsewhere: this process must not take jobs from its
 * queues or add any. Queues in PostgreSQL are part of the store.
 */
@Injectable()
export class QueueStore {
  private place: string | undefined;
  private readonly listeners: (() => void)[] = [];
  private wasReplaced = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    watch: StoreWatch,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'REDIS_URL'>,
  ) {
    watch.alsoLook(async () => void (await this.isSame()));
  }

  /**
   * The prefix of all keys in Redis: stores that share a Redis must not take each other's jobs. A cluster keeps keys
   * with the same text in braces on one node, which BullMQ's scripts need.
   */
  async prefix(): Promise<string> {
    this.place ??= await placeOf(this.database.pool);
    return `{insightd-${this.place}}`;
  }

  /** Whether the queues belong to the current store. */
  async isSame(): Promise<boolean> {
    if (this.settings.REDIS_URL === undefined || this.place === undefined) return true;
    this.note((await placeOf(this.database.pool)) === this.place);
    return !this.wasReplaced;
  }

  /** Calls `listener` once when another database has replaced the store. */
  onReplaced(listener: () => void): void {
    this.listeners.push(listener);
    if (this.wasReplaced) listener();
  }

  private note(isSame: boolean): void {
    if (isSame || this.wasReplaced) return;
    this.wasReplaced = true;
    this.logger.error(
      'another database has replaced the one of the start: a worker ends, and uses the right queues in Redis after a restart',
    );
    for (const listener of this.listeners) listener();
  }
}

async function placeOf(db: Queryable): Promise<string> {
  return (await db.query<{ place: string }>(PLACE)).rows[0]!.place;
}
