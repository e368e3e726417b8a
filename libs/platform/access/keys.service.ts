import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, KEY_NAME_RULE, SCOPES, keyName, type Scope } from '#libs/contracts';
import { Database } from '#libs/database';
import { SETTINGS, type Settings } from '../config/index.js';
import { hash } from './hash.js';
import { senderName } from './key-names.js';
import { KeyUses } from './key-uses.js';
import { StaleOnErrorCache } from './stale-on-error-cache.js';

/**
 * The sender of a request: the id, the name and the scopes of its key, or of the person who signed in. Events without a
 * source get the name.
 */
export interface Caller {
  kind: 'key' | 'session' | 'person';
  /** Of a person, `person:` and the address. */
  keyId: string;
  name: string;
  /** The address of a person. */
  email?: string;
  scopes: readonly Scope[];
  /** When the key expires, in milliseconds since 1970. */
  expiresAt?: number;
}

export interface KeyInfo extends Pick<Caller, 'keyId' | 'name' | 'scopes'> {
  createdAt: Date;
  revokedAt: Date | null;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** A key to create. @property expiresAt milliseconds since 1970; without it the key does not expire */
export interface NewKey {
  name: string;
  scopes: readonly Scope[];
  expiresAt?: number | undefined;
}

/** The id of a key and its SHA-256. */
export interface HashedKey {
  keyId: string;
  keyHash: Uint8Array<ArrayBuffer>;
}

const KEY = /^insightd_([0-9a-f]{12})_[\w-]{43}$/;

/** The caller with the key of the settings, which has no row in the store. */
const CONFIGURED: Caller = { kind: 'key', keyId: 'configured', name: 'default', scopes: SCOPES };

/**
 * API keys. Each has 256 random bits; the store keeps only its SHA-256. The id inside a key finds its row, and the hash
 * is compared in constant time.
 */
@Injectable()
export class KeysService {
  private readonly known = new StaleOnErrorCache<Caller>('key');
  private readonly configuredHash: Uint8Array | undefined;
  private readonly uses: KeyUses;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) settings: Pick<Settings, 'INSIGHTD_API_KEY'>,
  ) {
    this.uses = new KeyUses(database);
    this.configuredHash =
      settings.INSIGHTD_API_KEY === undefined ? undefined : hash(settings.INSIGHTD_API_KEY);
  }

  /**
   * Finds the caller of a key; undefined when the key is wrong or revoked.
   * @param now milliseconds since 1970
   * @throws ApiError `unauthorized` when the key has expired; `unavailable` when the database is unavailable and the
   *   key is not cached
   */
  async identify(key: string, now: number): Promise<Caller | undefined> {
    const keyHash = hash(key);
    if (this.isConfigured(keyHash)) return this.holder(CONFIGURED.keyId, keyHash);
    const id = KEY.exec(key)?.[1];
    if (id === undefined) return undefined;
    const caller = await this.known.answer(keyHash, now, () => this.holder(id, keyHash));
    if (!caller) return undefined;
    if (hasExpired(caller, now)) throw expired(caller);
    this.uses.note(caller.keyId, now);
    return caller;
  }

  /**
   * Finds the caller of the key with this id and SHA-256; undefined when the key does not exist or is revoked. Does not
   * check whether it has expired. Queries the database on each call.
   */
  async holder(id: string, keyHash: Uint8Array): Promise<Caller | undefined> {
    if (id === CONFIGURED.keyId) return this.isConfigured(keyHash) ? CONFIGURED : undefined;
    const row = await this.database.prisma.apiKey.findUnique({ where: { id } });
    if (!row || row.revokedAt || !timingSafeEqual(row.secretHash, keyHash)) return undefined;
    return {
      ...{ kind: 'key', keyId: row.id, name: senderName(row.name), scopes: row.scopes as Scope[] },
      ...(row.expiresAt && { expiresAt: row.expiresAt.getTime() }),
    };
  }

  /**
   * The key of the settings; otherwise the oldest live key with the scopes `read` and `admin`; otherwise the oldest
   * live key with the scope `read`. A key that has expired is not live.
   */
  async operatorKey(now: number): Promise<HashedKey | undefined> {
    if (this.configuredHash) {
      return { keyId: CONFIGURED.keyId, keyHash: new Uint8Array(this.configuredHash) };
    }
    const rows = await this.database.prisma.apiKey.findMany({
      where: { ...liveAt(now), scopes: { has: 'read' } },
      orderBy: { createdAt: 'asc' },
    });
    const row = rows.find(({ scopes }) => scopes.includes('admin')) ?? rows[0];
    return row && { keyId: row.id, keyHash: row.secretHash };
  }

  /**
   * Creates a key.
   * @returns the key, which cannot be read again, and its id
   * @throws Error for an invalid name
   */
  async create({ name, scopes, expiresAt }: NewKey): Promise<{ key: string; keyId: string }> {
    if (keyName(name) !== name) throw new Error(`The name of a key ${KEY_NAME_RULE}.`);
    const id = randomBytes(6).toString('hex');
    const key = `insightd_${id}_${randomBytes(32).toString('base64url')}`;
    await this.database.prisma.apiKey.create({
      data: {
        ...{ id, name, scopes: [...scopes], secretHash: hash(key) },
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
      },
    });
    return { key, keyId: id };
  }

  /** Creates a key with all scopes when the settings and the store have no key; otherwise returns undefined. */
  async createFirst(): Promise<{ key: string; keyId: string } | undefined> {
    // The first check takes no lock, since a standby grants none.
    if (this.configuredHash || (await this.hasKeys())) return undefined;
    return this.database.transaction(async (db) => {
      await db.query('lock table instance in exclusive mode');
      if (await this.hasKeys()) return undefined;
      return this.create({ name: 'default', scopes: SCOPES });
    });
  }

  async list(): Promise<KeyInfo[]> {
    const rows = await this.database.prisma.apiKey.findMany({ orderBy: { createdAt: 'asc' } });
    return rows.map(({ id, secretHash: _, scopes, ...row }) => {
      return { ...row, keyId: id, scopes: scopes as Scope[] };
    });
  }

  /** The names of the keys that have one of these scopes, are not revoked and have not expired. */
  async liveNames(scopes: Scope[], now: number): Promise<Set<string>> {
    const live = await this.database.prisma.apiKey.findMany({
      where: { ...liveAt(now), scopes: { hasSome: scopes } },
    });
    const names = new Set(live.map(({ name }) => senderName(name)));
    return this.configuredHash ? names.add(CONFIGURED.name) : names;
  }

  /** Revokes a key permanently. @returns false when there is no live key with this id */
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

/** Whether the key of a caller has expired. */
export function hasExpired({ expiresAt }: Caller, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

function expired({ expiresAt }: Caller): ApiError {
  const time = new Date(expiresAt!).toISOString();
  const message = `This key expired at ${time}. "insightd keys create" creates a new one.`;
  return new ApiError('unauthorized', message);
}

function liveAt(now: number) {
  return { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(now) } }] };
}
