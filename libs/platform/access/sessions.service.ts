import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiError, type Scope } from '#libs/contracts';
import { Database } from '#libs/database';
import { hash } from './hash.js';
import { KeysService, hasExpired, type Caller, type HashedKey } from './keys.service.js';
import { People, type Person } from './oidc/people.js';
import { StaleOnErrorCache } from './stale-on-error-cache.js';

const SESSION_MS = 12 * 3_600_000;
const CODE_MS = 15 * 60_000;
/** The tolerance for the time stepping back when the database's clock is read again. */
const CLOCK_STEP_MS = 60_000;
/** The scopes that a session can have: the page needs no others. Sending events takes the key itself. */
export const SESSION_SCOPES: readonly Scope[] = ['read', 'admin'];

/** A sign-in and its end in milliseconds since 1970. */
export interface Session {
  caller: Caller;
  expiresAt: number;
  /** The person, in a session that began with OpenID Connect. */
  person?: Person;
}

/** A session that has just begun. `token` is the content of the cookie. */
export interface NewSession {
  token: string;
  caller: Caller;
}

/**
 * Sessions of the web page. A session token has 256 random bits; the store keeps only its SHA-256. A session lasts
 * 12 hours at most. It ends when its key is revoked or expires, or when the settings no longer admit its person.
 */
@Injectable()
export class SessionsService {
  private readonly known = new StaleOnErrorCache<Session>('session');

  constructor(
    private readonly database: Database,
    private readonly keys: KeysService,
    private readonly people: People,
  ) {}

  /**
   * Begins a session with a key.
   * @returns undefined when the key is wrong
   * @throws ApiError `unauthorized` when the key has expired; `forbidden` when it lacks the scope `read`
   */
  async begin(key: string, now: number): Promise<NewSession | undefined> {
    const caller = await this.keys.identify(key, now);
    return caller && this.create(caller, hash(key), now);
  }

  /**
   * Begins a session for a person whose address the provider has verified.
   * @returns undefined when the settings do not admit the person
   */
  async beginForPerson(person: Person, now: number): Promise<NewSession | undefined> {
    const caller = this.people.callerOf(person);
    if (!caller) return undefined;
    const { issuer, email, name } = person;
    const token = await this.store({ issuer, email, personName: name }, now);
    return { token, caller };
  }

  /** Like `begin`, with a code from `offerCode`. A code works once. */
  async beginWithCode(code: string, now: number): Promise<NewSession | undefined> {
    const { signInCode } = this.database.prisma;
    const latest = new Date(now + CODE_MS + CLOCK_STEP_MS);
    const where = { codeHash: hash(code), expiresAt: { gt: new Date(now), lte: latest } };
    const offered = await signInCode.findFirst({ where });
    const { count } = await signInCode.deleteMany({ where });
    if (!offered || count === 0) return undefined;
    const caller = await this.keys.holder(offered.keyId, offered.keyHash);
    if (!caller || hasExpired(caller, now)) return undefined;
    return this.create(caller, offered.keyHash, now);
  }

  /** Creates a code that signs in once, within 15 minutes, with the rights of a key. @throws Error for a wrong key */
  async offerCode(key: string, now: number): Promise<string> {
    const caller = await this.keys.identify(key, now);
    if (!caller) throw new Error('The key is wrong or revoked: no code was created.');
    return this.offer({ keyId: caller.keyId, keyHash: hash(key) }, now);
  }

  /** Creates a code for the key that `KeysService.operatorKey` finds; undefined when there is none. */
  async offerOperatorCode(now: number): Promise<string | undefined> {
    const key = await this.keys.operatorKey(now);
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
   * The session of a token; undefined when it does not exist or has expired, when its key is revoked or has expired, or
   * when its person may no longer sign in.
   * @throws ApiError `unavailable` as `KeysService.identify`
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
   * Ends all sessions and sign-in codes, or those of one key. Takes effect in every process within a second.
   * @returns the number of ended sessions
   */
  async endAll(keyId?: string): Promise<number> {
    const where = keyId === undefined ? {} : { keyId };
    await this.database.prisma.signInCode.deleteMany({ where });
    const { count } = await this.database.prisma.session.deleteMany({ where });
    this.known.forgetAll();
    return count;
  }

  private async create(
    caller: Caller,
    keyHash: Uint8Array<ArrayBuffer>,
    now: number,
  ): Promise<NewSession> {
    if (!caller.scopes.includes('read')) {
      throw new ApiError('forbidden', 'This key lacks the scope "read", which the page needs.');
    }
    const token = await this.store({ keyId: caller.keyId, keyHash }, now);
    return { token, caller: ofSession(caller) };
  }

  /** @returns the token of the session */
  private async store(
    holder: HashedKey | { issuer: string; email: string; personName: string | null },
    now: number,
  ): Promise<string> {
    await this.forgetExpired(now);
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now + SESSION_MS);
    const data = { tokenHash: hash(token), ...holder, expiresAt };
    await this.database.prisma.session.create({ data });
    return token;
  }

  private async stored(tokenHash: Uint8Array<ArrayBuffer>): Promise<Session | undefined> {
    const row = await this.database.prisma.session.findUnique({ where: { tokenHash } });
    if (!row) return undefined;
    const expiresAt = row.expiresAt.getTime();
    if (row.keyId !== null && row.keyHash) {
      const caller = await this.keys.holder(row.keyId, row.keyHash);
      return caller && { caller: ofSession(caller), expiresAt };
    }
    const person = { issuer: row.issuer!, email: row.email!, name: row.personName };
    const caller = this.people.callerOf(person);
    return caller && { caller, person, expiresAt };
  }

  private async forgetExpired(now: number): Promise<void> {
    const where = { expiresAt: { lte: new Date(now) } };
    await this.database.prisma.session.deleteMany({ where });
    await this.database.prisma.signInCode.deleteMany({ where });
  }
}

/** The caller of a session that began with a key. */
function ofSession(caller: Caller): Caller {
  const scopes = caller.scopes.filter((scope) => SESSION_SCOPES.includes(scope));
  return { ...caller, kind: 'session', scopes };
}

/** A session that ends too late is not live: it began while the clock was ahead. */
function isLive({ caller, expiresAt }: Session, now: number): boolean {
  if (hasExpired(caller, now)) return false;
  return expiresAt > now && expiresAt <= now + SESSION_MS + CLOCK_STEP_MS;
}
