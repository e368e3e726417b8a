import { Injectable } from '@nestjs/common';
import { Database } from './database.js';
import { readInviteeHashKey } from './invitee-hash-key.js';

/** What is true of this installation for good, made at its first start. */
@Injectable()
export class Instance {
  private key: Buffer | undefined;
  private installed: Date | undefined;

  constructor(private readonly database: Database) {}

  /** The key of the hashes that stand for invitees' addresses, 32 bytes. */
  async inviteeHashKey(): Promise<Buffer> {
    const { pool, inviteeHashKey: given } = this.database;
    this.key ??= await readInviteeHashKey(pool, given);
    return this.key;
  }

  /** When the store was first used, milliseconds since 1970: no report is due before that. */
  async installedAt(): Promise<number> {
    if (!this.installed) {
      await this.inviteeHashKey();
      const sql = 'select installed_at from instance';
      const { rows } = await this.database.pool.query<{ installed_at: Date }>(sql);
      this.installed = rows[0]!.installed_at;
    }
    return this.installed.getTime();
  }
}
