import {
  Injectable,
  SetMetadata,
  UseInterceptors,
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, mergeMap, type Observable } from 'rxjs';
import type { AuditAction, AuditDetails } from '#libs/contracts';
import type { Authorized } from '../access/access.guard.js';
import { Outside } from '../http/outside.js';
import type { BodyOf, OperationSpec, PathOf, QueryOf, ReplyOf } from '../http/operation.js';
import { AuditLog, actorOf } from './audit-log.service.js';

const AUDITED = 'insightd:audited';
const NOT_AUDITED = 'insightd:not-audited';

/** A request that was answered. `reply` is missing for an entry that is recorded before. */
interface Answered<S extends OperationSpec> {
  path: PathOf<S>;
  query: QueryOf<S>;
  body: BodyOf<S>;
  reply: ReplyOf<S>;
  /** The hashed id of a user or org. */
  hashed: AuditLog['targetOf'];
}

/** The target and the details of an entry. */
interface Described {
  target?: string;
  details?: AuditDetails;
}

interface AuditedSpec {
  action: AuditAction;
  describe: (answered: Answered<OperationSpec>) => Described | Promise<Described>;
  when: 'before' | 'after';
}

/**
 * Records each successful request to an operation in the audit log.
 * @param spec the operation, for the types of `describe`
 * @param when `after` the handler, before its reply is sent; or `before` the handler, for one that sends its reply
 */
export function Audited<S extends OperationSpec>(
  spec: S,
  action: AuditAction,
  describe: (answered: Answered<S>) => Described | Promise<Described> = () => ({}),
  when: AuditedSpec['when'] = 'after',
): MethodDecorator {
  return applyDecorators(
    SetMetadata(AUDITED, { action, describe, when }),
    UseInterceptors(AuditInterceptor),
  );
}

/** States why an operation that is not a GET is not in the audit log. */
export const NotAudited = (reason: string): MethodDecorator => SetMetadata(NOT_AUDITED, reason);

/** Whether a handler is in the audit log, or says why not. */
export function isAccountedFor(handler: object): boolean {
  return [AUDITED, NOT_AUDITED].some((key) => Reflect.hasMetadata(key, handler));
}

@Injectable()
class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: AuditLog,
    private readonly outside: Outside,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const spec = this.reflector.get<AuditedSpec>(AUDITED, context.getHandler());
    const request = context.switchToHttp().getRequest<Authorized>();
    if (spec.when === 'before') {
      return from(this.record(spec, request, undefined)).pipe(mergeMap(() => next.handle()));
    }
    return next.handle().pipe(
      mergeMap(async (reply: unknown) => {
        await this.record(spec, request, reply);
        return reply;
      }),
    );
  }

  private async record(
    { action, describe }: AuditedSpec,
    { caller, params, query, body, raw }: Authorized,
    reply: unknown,
  ): Promise<void> {
    const hashed = this.log.targetOf.bind(this.log);
    const answered = { path: params, query, body, reply, hashed } as Answered<OperationSpec>;
    const described = await describe(answered);
    const ip = this.outside.addressOf(raw);
    await this.log.record({ actor: actorOf(caller), action, ...described, ip });
  }
}
