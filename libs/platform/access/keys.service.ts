import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ApiError } from '#libs/contracts';
import { SETTINGS, type Settings } from '../config/config.js';
import { Database, isDatabaseAway } from '../db/database.js';

export const SCOPES = ['read', 'ingest', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is asking: a key's id, its name (the source of events that name none) and what it may do. */
export interface Caller {
  keyId: string;
  name: string;
  scopes: readonly Scope[];
}

export interface KeyInfo extends Caller {
  createdAt: Date;
  revokedAt: Date | null;
}

const KEY = /^insightd_([0-9a-f]{12})_[\w-]{43}$/;
// A revoked key stops working within this time in every process.
const FRESH_MS = 1_000;
const CACHED_KEYS = 10_000;

/** Whoever has the key of the settings. */
const CONFIGURED: Caller = { keyId: 'configured', name: 'default', scopes: SCOPES };

interface Known {
  caller: Caller | undefined;
  checkedAt: number;
}

/**
 * API keys: 256 random bits each, of which the store keeps only a SHA-256. The id inside a key finds
 * its row, the hash is compared in constant time.
 */
@Injectable()
export class KeysService {
  private readonly known = new LRUCache<string, Known>({ max: CACHED_KEYS });
  private readonly configuredHash: Buffer | undefined;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) settings: Pick<Settings, 'INSIGHTD_API_KEY'>,
  ) {
    this.configuredHash =
      settings.INSIGHTD_API_KEY === undefined ? undefined : hash(settings.INSIGHTD_API_KEY);
  }

  /**
   * Who a key belongs to; undefined when it is wrong or revoked.
   * @param now milliseconds since 1970
   * @throws ApiError `unavailable` when the database is away and the key has not been seen lately
   */
  async identify(key: string, now: number): Promise<Caller | undefined> {
    const keyHash = hash(key);
    if (this.configuredHash && timingSafeEqual(keyHash, this.configuredHash)) {
      return CONFIGURED;
    }
    const cacheKey = keyHash.toString('base64');
    const known = this.known.get(cacheKey);
    if (known && Math.abs(now - known.checkedAt) < FRESH_MS) return known.caller;
    try {
      const caller = await this.find(key, keyHash);
      this.known.set(cacheKey, { caller, checkedAt: now });
      return caller;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      if (known) return known.caller;
      throw new ApiError('unavailable', 'The key cannot be checked while the database is away.', {
        retryAfterSeconds: 2,
        cause: error,
      });
    }
  }

  /** Makes a key. @returns its text, which is shown once and cannot be had again */
  async create(name: string, scopes: readonly Scope[]): Promise<string> {
    const id = randomBytes(6).toString('hex');
    const key = `insightd_${id}_${randomBytes(32).toString('base64url')}`;
    await this.database.rows.apiKey.create({
      data: { id, name, scopes: [...scopes], secretHash: new Uint8Array(hash(key)) },
    });
    return key;
  }

  /** Makes a key with every scope when there is none at all; undefined when there is one already. */
  async createFirst(): Promise<string | undefined> {
    // Looked at without the lock first: a standby gives none.
    if (this.configuredHash || (await this.hasKeys())) return undefined;
    return this.database.transaction(async (db) => {
      await db.query('lock table instance in exclusive mode');
      return (await this.hasKeys()) ? undefined : this.create('default', SCOPES);
    });
  }

  async list(): Promise<KeyInfo[]> {
    const rows = await this.database.rows.apiKey.findMany({ orderBy: { createdAt: 'asc' } });
    return rows.map(({ id, name, scopes, createdAt, revokedAt }) => {
      return { keyId: id, name, scopes: scopes as Scope[], createdAt, revokedAt };
    });
  }

  /** The names of the keys that have a scope and are not revoked. */
  async liveNames(scope: Scope): Promise<Set<string>> {
    const live = (await this.list()).filter((key) => !key.revokedAt && key.scopes.includes(scope));
    const names = new Set(live.map(({ name }) => name));
    return this.configuredHash ? names.add(CONFIGURED.name) : names;
  }

  /** Revokes a key for good. @returns false when no such key was live */
  async revoke(keyId: string, at: Date): Promise<boolean> {
    const { count } = await this.database.rows.apiKey.updateMany({
      where: { id: keyId, revokedAt: null },
      data: { revokedAt: at },
    });
    return count > 0;
  }

  private async hasKeys(): Promise<boolean> {
    return (await this.database.rows.apiKey.count()) > 0;
  }

  private async find(key: string, keyHash: Buffer): Promise<Caller | undefined> {
    const id = KEY.exec(key)?.[1];
    if (id === undefined) return undefined;
    const row = await this.database.rows.apiKey.findUnique({ where: { id } });
    if (!row || row.revokedAt || !timingSafeEqual(row.secretHash, keyHash)) return undefined;
    return { keyId: row.id, name: row.name, scopes: row.scopes as Scope[] };
  }
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
