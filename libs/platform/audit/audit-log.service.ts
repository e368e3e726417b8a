import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  auditShapes,
  type AuditAction,
  type AuditActor,
  type AuditDetails,
  type AuditPage,
} from '#libs/contracts';
import { Database } from '#libs/database';
import type { Caller } from '../access/keys.service.js';
import { Instance } from '../instance/instance.js';
import { Logger } from '../logger/logger.js';
import { auditCount, auditRows, dropOldEntries, type AuditFilter } from './audit.query.js';

/** 128 bits make collisions within one store practically impossible. */
const HASH_BYTES = 16;

/** PostgreSQL's code of a write in a read-only transaction. */
const READ_ONLY = '25006';

/** An entry to record. */
export interface AuditRecord {
  actor: AuditActor;
  action: AuditAction;
  /** The id of what was changed. Ids of users and orgs are hashed: `AuditLog.targetOf`. */
  target?: string | undefined;
  /** No secrets, no personal data. */
  details?: AuditDetails;
  /** The address of the client. */
  ip?: string;
}

/** Hashes the id of a user or an org. */
export type TargetHash = (subject: 'user' | 'org', id: string) => string;

/** The command line. */
export const CLI_ACTOR: AuditActor = { kind: 'cli', name: 'cli', key_id: null };
/** insightd itself. */
export const SYSTEM_ACTOR: AuditActor = { kind: 'system', name: 'insightd', key_id: null };

/** A request without a valid key. */
export const UNKNOWN_ACTOR: AuditActor = { kind: 'key', name: null, key_id: null };

/** The actor of a request. */
export function actorOf({ kind, keyId, name, email }: Caller): AuditActor {
  if (kind === 'person') return { kind, name: email ?? name, key_id: null };
  return { kind, name, key_id: keyId };
}

type Query = z.output<typeof auditShapes.auditQuery>;

const INSERT = `
  insert into audit_log (actor_kind, actor_name, key_id, action, target, details, ip)
  values ($1, $2, $3, $4, $5, $6, $7)`;

/** Records who did what. Entries are never changed. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly logger: Logger,
  ) {}

  async record({ actor, action, target, details = {}, ip }: AuditRecord): Promise<void> {
    const { kind, name, key_id: keyId } = actor;
    const values = [kind, name, keyId, action, target ?? null, JSON.stringify(details), ip ?? null];
    try {
      await this.database.pool.query(INSERT, values);
    } catch (error) {
      if (!isReadOnly(error)) throw error;
      // A standby can be exported from, but records nothing.
      this.logger.warn('the audit log cannot be written: the database is read-only', { action });
    }
  }

  /**
   * The target of an entry about a user or an org: `hash:` and 32 hexadecimal digits. An erased person's id does not
   * stay in the log, and entries about a known id can still be found.
   */
  async targetOf(subject: 'user' | 'org', id: string): Promise<string> {
    return (await this.targetHash())(subject, id);
  }

  /** `targetOf` for many ids, with one read of the key. */
  async targetHash(): Promise<TargetHash> {
    const key = await this.instance.inviteeHashKey(this.database.pool);
    return (subject, id) => {
      const hash = createHmac('sha256', key).update(`audit ${subject} ${id}`).digest();
      return `hash:${hash.toString('hex', 0, HASH_BYTES)}`;
    };
  }

  /** A page of entries, newest first. */
  async list({ page_size, page_number, before, action, user_id }: Query): Promise<AuditPage> {
    const target = user_id === undefined ? undefined : await this.targetOf('user', user_id);
    const filter: AuditFilter = { before, action, target };
    const { pool } = this.database;
    const [total, rows] = await Promise.all([
      auditCount(pool, filter),
      auditRows(pool, filter, { limit: page_size + 1, offset: page_size * page_number }),
    ]);
    const entries = rows.slice(0, page_size);
    const hasMore = rows.length > page_size;
    return {
      entries,
      current_page: page_number,
      total_count: total,
      page_size,
      has_more_results: hasMore,
      next_before: hasMore ? entries.at(-1)!.id : null,
    };
  }

  /** Deletes entries that are older than a number of days, by the database's clock. */
  async prune(days: number): Promise<void> {
    while (await this.database.transaction((db) => dropOldEntries(db, days), 'long'));
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === READ_ONLY;
}
