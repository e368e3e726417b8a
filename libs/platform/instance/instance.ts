import { Inject, Injectable } from '@nestjs/common';
import { Database, type Queryable } from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import {
  adoptHashKey,
  exportedHashKey,
  readInviteeHashKey,
  type ExportedHashKey,
} from './invitee-hash-key.js';

/**
 * Permanent properties of a store, created at its first start. They are read from the store on each call, since another
 * store may replace the store of a running process.
 */
@Injectable()
export class Instance {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'INVITEE_HASH_KEY'>,
  ) {}

  /**
   * The key for hashing invitees' addresses, 32 bytes.
   * @param db the transaction that writes the hashes
   */
  inviteeHashKey(db: Queryable): Promise<Buffer> {
    return readInviteeHashKey(db, this.settings.INVITEE_HASH_KEY);
  }

  /** The key of the store for its export. Creates one in a store that was never used. */
  async exportedHashKey(): Promise<ExportedHashKey> {
    const { pool } = this.database;
    await this.inviteeHashKey(pool);
    return (await exportedHashKey(pool))!;
  }

  /**
   * Makes the key of an exported store the key of this one, if it is empty.
   * @throws Error when this store has another key
   */
  async adoptHashKey(exported: ExportedHashKey): Promise<void> {
    const { INVITEE_HASH_KEY: given } = this.settings;
    await this.database.transaction((db) => adoptHashKey(db, exported, given));
  }

  /** The time of the store's first use, in milliseconds since 1970. No report is due before it. */
  async installedAt(): Promise<number> {
    const { pool } = this.database;
    await this.inviteeHashKey(pool);
    const { rows } = await pool.query<{ installed_at: Date }>('select installed_at from instance');
    return rows[0]!.installed_at.getTime();
  }
}
