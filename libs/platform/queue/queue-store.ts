import { Inject, Injectable } from '@nestjs/common';
import { Database, type Queryable } from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import { StoreWatch } from '../instance/store-watch.js';
import { Logger } from '../logger/logger.js';

// A restored backup and a copy of the database are separate stores with the same content: only their place
// distinguishes them. A promoted standby is the same store.
const PLACE = `
  select system_identifier || '-' || oid as place
  from pg_control_system(), pg_database
  where datname = current_database()`;

/**
 * The store that the queues belong to. Queues in Redis are named after the store of the process's start. When another
 * database has replaced it, they belong to a store that may still be in use elsewhere: a process must not
 * take jobs from them or add any. Queues in PostgreSQL are part of the store.
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
   * Begins the name of all keys in Redis: stores that share one must not take each other's jobs. A cluster keeps
   * keys with the same text in braces together, which BullMQ's scripts need.
   */
  async prefix(): Promise<string> {
    this.place ??= await placeOf(this.database.pool);
    return `{insightd-${this.place}}`;
  }

  /** Whether the queues are those of the current store. */
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
      'another database has replaced the one of the start: a worker ends, and uses the right queues in Redis once it is started again',
    );
    for (const listener of this.listeners) listener();
  }
}

async function placeOf(db: Queryable): Promise<string> {
  return (await db.query<{ place: string }>(PLACE)).rows[0]!.place;
}
