import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from './database.js';

interface InstanceRow {
  installed_at: Date;
  invitee_hash_key: Buffer;
}

const READ = 'select installed_at, invitee_hash_key from instance';
const MAKE = 'insert into instance (invitee_hash_key) values ($1) on conflict do nothing';

/**
 * What is true of a store for good, made at its first start. It is read each time: a running process may find
 * another store in the place of its own.
 */
@Injectable()
export class Instance {
  constructor(private readonly database: Database) {}

  /**
   * The key of the hashes that stand for invitees' addresses, 32 bytes.
   * @param db the transaction that writes such hashes
   */
  async inviteeHashKey(db: Queryable): Promise<Buffer> {
    return (await read(db)).invitee_hash_key;
  }

  /** When the store was first used, milliseconds since 1970: no report is due before that. */
  async installedAt(): Promise<number> {
    return (await read(this.database.pool)).installed_at.getTime();
  }
}

async function read(db: Queryable): Promise<InstanceRow> {
  const known = (await db.query<InstanceRow>(READ)).rows[0];
  if (known) return known;
  await db.query(MAKE, [randomBytes(32)]);
  return (await db.query<InstanceRow>(READ)).rows[0]!;
}
