import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { KEY_NAME_RULE, SCOPES, keyName, type Scope } from '#libs/contracts';
import { Database } from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import { hash } from './hash.js';
import { senderName } from './key-names.js';
import { StaleOnErrorCache } from './stale-on-error-cache.js';

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

/** What the store has of a key. */
export interface HashedKey {
  keyId: string;
  keyHash: Uint8Array<ArrayBuffer>;
}

const KEY = /^insightd_([0-9a-f]{12})_[\w-]{43}$/;

/** The holder of the key in the settings, which has no row. */
const CONFIGURED: Caller = { keyId: 'configured', name: 'default', scopes: SCOPES };

/**
 * API keys: 256 random bits each, of which the store keeps only a SHA-256. The id inside a key finds
 * its row, the hash is compared in constant time.
 */
@Injectable()
export class KeysService {
  private readonly known = new StaleOnErrorCache<Caller>('key');
  private readonly configuredHash: Uint8Array | undefined;

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
    if (this.isConfigured(keyHash)) return this.holder(CONFIGURED.keyId, keyHash);
    const id = KEY.exec(key)?.[1];
    return this.known.answer(keyHash, now, async () =>
      id === undefined ? undefined : this.holder(id, keyHash),
    );
  }

  /**
   * Who the key with this id and SHA-256 belongs to; undefined when there is no such key (any more).
   * Asks the database each time.
   */
  async holder(id: string, keyHash: Uint8Array): Promise<Caller | undefined> {
    if (id === CONFIGURED.keyId) return this.isConfigured(keyHash) ? CONFIGURED : undefined;
    const row = await this.database.prisma.apiKey.findUnique({ where: { id } });
    if (!row || row.revokedAt || !timingSafeEqual(row.secretHash, keyHash)) return undefined;
    return { keyId: row.id, name: senderName(row.name), scopes: row.scopes as Scope[] };
  }

  /** The key of the settings, else of the live ones that may read the oldest, those that may administer first. */
  async operatorKey(): Promise<HashedKey | undefined> {
    if (this.configuredHash) {
      return { keyId: CONFIGURED.keyId, keyHash: new Uint8Array(this.configuredHash) };
    }
    const rows = await this.database.prisma.apiKey.findMany({
      where: { revokedAt: null, scopes: { has: 'read' } },
      orderBy: { createdAt: 'asc' },
    });
    const row = rows.find(({ scopes }) => scopes.includes('admin')) ?? rows[0];
    return row && { keyId: row.id, keyHash: row.secretHash };
  }

  /**
   * Makes a key.
   * @returns its text, which is shown once and cannot be had again
   * @throws Error for a name that cannot be used
   */
  async create(name: string, scopes: readonly Scope[]): Promise<string> {
    if (keyName(name) !== name) throw new Error(`The name of a key ${KEY_NAME_RULE}.`);
    const id = randomBytes(6).toString('hex');
    const key = `insightd_${id}_${randomBytes(32).toString('base64url')}`;
    await this.database.prisma.apiKey.create({
      data: { id, name, scopes: [...scopes], secretHash: hash(key) },
    });
    return key;
  }

  /** Creates a key with all scopes when the store has no key; undefined otherwise. */
  async createFirst(): Promise<string | undefined> {
    // Looked at without the lock first: a standby gives none.
    if (this.configuredHash || (await this.hasKeys())) return undefined;
    return this.database.transaction(async (db) => {
      await db.query('lock table instance in exclusive mode');
      return (await this.hasKeys()) ? undefined : this.create('default', SCOPES);
    });
  }

  async list(): Promise<KeyInfo[]> {
    const rows = await this.database.prisma.apiKey.findMany({ orderBy: { createdAt: 'asc' } });
    return rows.map(({ id, name, scopes, createdAt, revokedAt }) => {
      return { keyId: id, name, scopes: scopes as Scope[], createdAt, revokedAt };
    });
  }

  /** The names of the keys that have a scope and are not revoked. */
  async liveNames(scope: Scope): Promise<Set<string>> {
    const live = (await this.list()).filter((key) => !key.revokedAt && key.scopes.includes(scope));
    const names = new Set(live.map(({ name }) => senderName(name)));
    return this.configuredHash ? names.add(CONFIGURED.name) : names;
  }

  /** Revokes a key permanently. @returns false when there is no such live key */
  async revoke(keyId: string, at: Date): Promise<boolean> {
    const { count } = await this.database.prisma.apiKey.updateMany({
      where: { id: keyId, revokedAt: null },
      data: { revokedAt: at },
    });
    return count > 0;
  }

  private async hasKeys(): Promise<boolean> {
    return (await this.database.prisma.apiKey.count()) > 0;
  }

  private isConfigured(keyHash: Uint8Array): boolean {
    return this.configuredHash !== undefined && timingSafeEqual(keyHash, this.configuredHash);
  }
}
