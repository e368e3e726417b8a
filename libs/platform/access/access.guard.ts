import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type Scope } from '#libs/contracts';
import { Bodies, bodyRuleOf } from '../http/bodies.js';
import { KeyAccess } from './key-access.js';
import type { Caller } from './keys.service.js';
import { SessionAccess } from './session-access.js';

const ACCESS = 'insightd:access';
/** The scopes of which a route requires one, or `public`. */
type Required = readonly Scope[] | 'public';

/** Sets the scopes of which a route requires one. A route without any refuses every request. */
export const Access = (...scopes: readonly Scope[] | readonly ['public']) =>
  SetMetadata(ACCESS, scopes[0] === 'public' ? 'public' : scopes);

const BASIC = 'insightd:basic';

/**
 * Also accepts the key where tracking libraries put it: in the user name of Basic authentication, in the query
 * parameter `writeKey`, and in the body when `TakesBody` of the route says how to find it.
 */
export const AcceptsBasic = () => SetMetadata(BASIC, true);

export interface Authorized extends FastifyRequest {
  caller: Caller;
}

/** Admits a request when its key or session has the scope that the route requires. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionAccess,
    private readonly keys: KeyAccess,
    private readonly bodies: Bodies,
  ) {}

  /** @throws ApiError `unauthorized`, `forbidden`, or `rate_limited` after too many wrong keys */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = scopesOf(this.reflector, context);
    if (required === 'public') return true;
    const request = context.switchToHttp().getRequest<Authorized>();
    const caller = await this.callerOf(request, context);
    if (!required?.some((scope) => caller.scopes.includes(scope))) throw lacks(caller, required);
    request.caller = caller;
    return true;
  }

  private async callerOf(request: FastifyRequest, context: ExecutionContext): Promise<Caller> {
    const { authorization } = request.headers;
    const session = authorization === undefined ? await this.sessions.callerOf(request) : undefined;
    if (session) return session;
    const takesBasic = this.takesBasic(context);
    const key =
      bearer(authorization) ?? (takesBasic ? await this.writeKeyOf(request, context) : undefined);
    const caller = key === undefined ? undefined : await this.keys.callerOf(request, key);
    if (caller) return caller;
    const other = takesBasic ? ', or as the write key of a tracking library' : '';
    const message = `Send a valid API key in the header "Authorization: Bearer <key>"${other}.`;
    throw new ApiError('unauthorized', message);
  }

  private async writeKeyOf(
    request: FastifyRequest,
    context: ExecutionContext,
  ): Promise<string | undefined> {
    const { writeKey } = request.query as { writeKey?: unknown };
    const given = basicUser(request.headers.authorization) || writeKey;
    if (typeof given === 'string' && given !== '') return given;
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return this.bodies.readForKey(request, reply, bodyRuleOf(this.reflector, context));
  }

  private takesBasic(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<true | undefined>(BASIC, places) === true;
  }
}

/** The access rule of a route. Without scopes, the route refuses every request. */
export interface RouteAccess {
  scopes: Required | undefined;
  /** Whether the route accepts the key as the user name of Basic authentication. */
  basic: boolean;
}

/** The access rule of a handler, or of its controller where the handler has none. */
export function accessOf(handler: object, controller: object): RouteAccess {
  const own = (key: string): unknown =>
    Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller);
  return { scopes: own(ACCESS) as RouteAccess['scopes'], basic: own(BASIC) === true };
}

/** The scopes of which the route of a request requires one. */
export function scopesOf(reflector: Reflector, context: ExecutionContext): Required | undefined {
  const places = [context.getHandler(), context.getClass()];
  return reflector.getAllAndOverride<Required | undefined>(ACCESS, places);
}

function lacks({ kind }: Caller, required: readonly Scope[] | undefined): ApiError {
  const scopes = required?.join(' or ') ?? 'for this address';
  const message =
    kind === 'person'
      ? `You lack the scope ${scopes}. Ask an administrator to add your address to OIDC_ADMINS.`
      : `This key lacks the scope ${scopes}. "insightd keys create" creates one that has it.`;
  return new ApiError('forbidden', message);
}

function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

/** The user name of Basic authentication. A key may contain colons, but these senders send no password. */
function basicUser(header: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  return Buffer.from(encoded, 'base64').toString('utf8').replace(/:$/, '');
}
