import { Inject, Injectable } from '@nestjs/common';
import { Database, type Queryable } from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import { readInviteeHashKey } from './invitee-hash-key.js';

/**
 * What is true of a store for good, made at its first start. It is read each time: a running process may find
 * another store in the place of its own.
 */
@Injectable()
export class Instance {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'INVITEE_HASH_KEY'>,
  ) {}

  /**
   * The key of the hashes that stand for invitees' addresses, 32 bytes.
   * @param db the transaction that writes such hashes
   */
  inviteeHashKey(db: Queryable): Promise<Buffer> {
    return readInviteeHashKey(db, this.settings.INVITEE_HASH_KEY);
  }

  /** When the store was first used, milliseconds since 1970: no report is due before that. */
  async installedAt(): Promise<number> {
    const { pool } = this.database;
    await this.inviteeHashKey(pool);
    const { rows } = await pool.query<{ installed_at: Date }>('select installed_at from instance');
    return rows[0]!.installed_at.getTime();
  }
}
