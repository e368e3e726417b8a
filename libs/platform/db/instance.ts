import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

interface InstanceRow {
  installed_at: Date;
  invitee_hash_key: Buffer;
}

const READ = 'select installed_at, invitee_hash_key from instance';
const MAKE = 'insert into instance (invitee_hash_key) values ($1) on conflict do nothing';

/** What is true of this installation for good, made at its first start. */
@Injectable()
export class Instance {
  private row: InstanceRow | undefined;

  constructor(private readonly database: Database) {}

  /** The key of the hashes that stand for invitees' addresses, 32 bytes. */
  async inviteeHashKey(): Promise<Buffer> {
    return (await this.read()).invitee_hash_key;
  }

  /** When the store was first used, milliseconds since 1970: no report is due before that. */
  async installedAt(): Promise<number> {
    return (await this.read()).installed_at.getTime();
  }

  private async read(): Promise<InstanceRow> {
    if (this.row) return this.row;
    const { pool } = this.database;
    await pool.query(MAKE, [randomBytes(32)]);
    this.row = (await pool.query<InstanceRow>(READ)).rows[0]!;
    return this.row;
  }
}
