import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { KeysService, type Caller, type Scope } from './keys.service.js';
import { demandOwnPage } from './same-origin.js';
import { sessionToken } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

const ACCESS = 'insightd:access';
/** A cookie alone allows nothing else: who makes a browser follow a link must not change anything. */
const READING = new Set(['GET', 'HEAD']);

/** Which scope a route asks for. A route that does not say is closed to everyone. */
export const Access = (scope: Scope | 'public') => SetMetadata(ACCESS, scope);

const FIND_KEY = 'insightd:find-key';

/** Finds the key of a request that has no Bearer. The body is read by then, as bytes. */
type KeyFinder = (request: FastifyRequest) => Promise<string | undefined>;

/** For senders that put their key elsewhere than in a Bearer. */
export const FindsKey = (find: KeyFinder) => SetMetadata(FIND_KEY, find);

export interface Authorized extends FastifyRequest {
  caller: Caller;
}

/** Lets a request in when its key, or the session of its cookie, has the scope that the route asks for. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeysService,
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError `unauthorized` or `forbidden` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = scopeOf(this.reflector, context);
    if (scope === 'public') return true;
    const request = context.switchToHttp().getRequest<Authorized>();
    const caller = await this.callerOf(request, this.keyFinder(context));
    if (scope === undefined || !caller.scopes.includes(scope)) {
      const message = `This key lacks the scope ${scope ?? 'for this address'}. "insightd keys create" makes one that has it.`;
      throw new ApiError('forbidden', message);
    }
    request.caller = caller;
    return true;
  }

  private async callerOf(request: FastifyRequest, findKey?: KeyFinder): Promise<Caller> {
    const now = this.clock.now();
    const { authorization } = request.headers;
    const token = authorization === undefined ? sessionToken(request) : undefined;
    if (token !== undefined) {
      const session = await this.sessions.find(token, now);
      if (!session) throw new ApiError('unauthorized', 'The session has ended: sign in again.');
      if (!READING.has(request.method)) demandOwnPage(request);
      return session.caller;
    }
    const key = bearer(authorization) ?? (await findKey?.(request));
    const caller = key === undefined ? undefined : await this.keys.identify(key, now);
    if (caller) return caller;
    const other = findKey ? ', or as the write key of a tracking library' : '';
    const message = `Send a valid API key in the header "Authorization: Bearer <key>"${other}.`;
    throw new ApiError('unauthorized', message);
  }

  private keyFinder(context: ExecutionContext): KeyFinder | undefined {
    const places = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<KeyFinder | undefined>(FIND_KEY, places);
  }
}

export function scopeOf(
  reflector: Reflector,
  context: ExecutionContext,
): Scope | 'public' | undefined {
  return reflector.getAllAndOverride<Scope | 'public' | undefined>(ACCESS, [
    context.getHandler(),
    context.getClass(),
  ]);
}

function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}
