import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiError, type Scope } from '#libs/contracts';
import { Database } from '#libs/database';
import { hash } from './hash.js';
import { KeysService, type Caller, type HashedKey } from './keys.service.js';
import { StaleOnErrorCache } from './stale-on-error-cache.js';

export const SESSION_MS = 12 * 3_600_000;
const CODE_MS = 15 * 60_000;
/** By how much the time may step back when the database's clock is read again. */
const CLOCK_STEP_MS = 60_000;
/** What a page needs; events are sent with the key itself. */
export const SESSION_SCOPES: readonly Scope[] = ['read', 'admin'];

/** Who is signed in, and until when (milliseconds since 1970). */
export interface Session {
  caller: Caller;
  expiresAt: number;
}

/**
 * Sign-ins of the web page: 256 random bits in a cookie, of which the store keeps the SHA-256. A session
 * lasts 12 hours, and no longer than the key it began with.
 */
@Injectable()
export class SessionsService {
  private readonly known = new StaleOnErrorCache<Session>('session');

  constructor(
    private readonly database: Database,
    private readonly keys: KeysService,
  ) {}

  /**
   * Begins a session for the holder of a key.
   * @returns its token; undefined when the key is wrong
   * @throws ApiError `forbidden` when the key may not read
   */
  async begin(key: string, now: number): Promise<string | undefined> {
    const caller = await this.keys.identify(key, now);
    return caller && this.create(caller, hash(key), now);
  }

  /** As `begin`, for what `offerCode` gave; a code is good for one time. */
  async beginWithCode(code: string, now: number): Promise<string | undefined> {
    const { signInCode } = this.database.prisma;
    const latest = new Date(now + CODE_MS + CLOCK_STEP_MS);
    const where = { codeHash: hash(code), expiresAt: { gt: new Date(now), lte: latest } };
    const offered = await signInCode.findFirst({ where });
    const { count } = await signInCode.deleteMany({ where });
    if (!offered || count === 0) return undefined;
    const caller = await this.keys.holder(offered.keyId, offered.keyHash);
    return caller && this.create(caller, offered.keyHash, now);
  }

  /** A code that signs in the holder of a key once, within 15 minutes. @throws Error for a wrong key */
  async offerCode(key: string, now: number): Promise<string> {
    const caller = await this.keys.identify(key, now);
    if (!caller) throw new Error('There is no such key to make a code for.');
    return this.offer({ keyId: caller.keyId, keyHash: hash(key) }, now);
  }

  /** The same for the live key that may do the most; undefined when none may read. */
  async offerOperatorCode(now: number): Promise<string | undefined> {
    const key = await this.keys.operatorKey();
    return key && this.offer(key, now);
  }

  private async offer(key: HashedKey, now: number): Promise<string> {
    const code = randomBytes(32).toString('base64url');
    await this.database.prisma.signInCode.create({
      data: {
        codeHash: hash(code),
        ...key,
        expiresAt: new Date(now + CODE_MS),
      },
    });
    return code;
  }

  /**
   * The session of a token; undefined when there is none, it has expired, or its key is revoked.
   * @throws ApiError `unavailable` as for keys
   */
  async find(token: string, now: number): Promise<Session | undefined> {
    const tokenHash = hash(token);
    const session = await this.known.answer(tokenHash, now, () => this.stored(tokenHash));
    return session && isLive(session, now) ? session : undefined;
  }

  async end(token: string): Promise<void> {
    const tokenHash = hash(token);
    await this.database.prisma.session.deleteMany({ where: { tokenHash } });
    this.known.forget(tokenHash);
  }

  /**
   * Ends every session and sign-in code, or those that began with one key; in every process within a second.
   * @returns how many sessions were ended
   */
  async endAll(keyId?: string): Promise<number> {
    const where = keyId === undefined ? {} : { keyId };
    await this.database.prisma.signInCode.deleteMany({ where });
    const { count } = await this.database.prisma.session.deleteMany({ where });
    this.known.forgetAll();
    return count;
  }

  private async create(
    { keyId, scopes }: Caller,
    keyHash: Uint8Array<ArrayBuffer>,
    now: number,
  ): Promise<string> {
    if (!scopes.includes('read')) {
      throw new ApiError('forbidden', 'This key lacks the scope read, which the page needs.');
    }
    await this.forgetExpired(now);
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now + SESSION_MS);
    const data = { tokenHash: hash(token), keyId, keyHash, expiresAt };
    await this.database.prisma.session.create({ data });
    return token;
  }

  private async stored(tokenHash: Uint8Array<ArrayBuffer>): Promise<Session | undefined> {
    const row = await this.database.prisma.session.findUnique({ where: { tokenHash } });
    const caller = row && (await this.keys.holder(row.keyId, row.keyHash));
    if (!caller) return undefined;
    const scopes = caller.scopes.filter((scope) => SESSION_SCOPES.includes(scope));
    return { caller: { ...caller, scopes }, expiresAt: row.expiresAt.getTime() };
  }

  private async forgetExpired(now: number): Promise<void> {
    const where = { expiresAt: { lte: new Date(now) } };
    await this.database.prisma.session.deleteMany({ where });
    await this.database.prisma.signInCode.deleteMany({ where });
  }
}

/** One that ends later than any can was begun by a clock that was ahead. */
function isLive({ expiresAt }: Session, now: number): boolean {
  return expiresAt > now && expiresAt <= now + SESSION_MS + CLOCK_STEP_MS;
}
