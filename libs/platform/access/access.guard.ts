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

const BASIC = 'insightd:basic';

/** Also takes the key as the user name of Basic, the way in which tracking libraries send it. */
export const AcceptsBasic = () => SetMetadata(BASIC, true);

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
    const caller = await this.callerOf(request, this.takesBasic(context));
    if (scope === undefined || !caller.scopes.includes(scope)) {
      const message = `This key lacks the scope ${scope ?? 'for this address'}. "insightd keys create" makes one that has it.`;
      throw new ApiError('forbidden', message);
    }
    request.caller = caller;
    return true;
  }

  private async callerOf(request: FastifyRequest, takesBasic: boolean): Promise<Caller> {
    const now = this.clock.now();
    const { authorization } = request.headers;
    const token = authorization === undefined ? sessionToken(request) : undefined;
    if (token !== undefined) {
      const session = await this.sessions.find(token, now);
      if (!session) throw new ApiError('unauthorized', 'The session has ended: sign in again.');
      if (!READING.has(request.method)) demandOwnPage(request);
      return session.caller;
    }
    const key = bearer(authorization) ?? (takesBasic ? basicUser(authorization) : undefined);
    const caller = key === undefined ? undefined : await this.keys.identify(key, now);
    if (caller) return caller;
    const other = takesBasic ? ' (a tracking library sends it as its write key)' : '';
    const message = `Send a valid API key in the header "Authorization: Bearer <key>"${other}.`;
    throw new ApiError('unauthorized', message);
  }

  private takesBasic(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<true | undefined>(BASIC, places) === true;
  }
}

/** What a route asks for: `undefined` closes it to everyone. */
export interface RouteAccess {
  scope: Scope | 'public' | undefined;
  /** Whether the key can come as the user name of Basic. */
  basic: boolean;
}

/** What the handler of a route asks for, else its controller. */
export function accessOf(handler: object, controller: object): RouteAccess {
  const own = (key: string): unknown =>
    Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller);
  return { scope: own(ACCESS) as RouteAccess['scope'], basic: own(BASIC) === true };
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

/** The user name of Basic. A key may hold colons, but these senders give no password. */
function basicUser(header: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  return Buffer.from(encoded, 'base64').toString('utf8').replace(/:$/, '');
}
