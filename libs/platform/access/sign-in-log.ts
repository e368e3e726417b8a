import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AuditLog, UNKNOWN_ACTOR, actorOf } from '../audit/audit-log.service.js';
import { Refusals } from '../audit/refusals.js';
import { Outside } from '../http/outside.js';
import type { Caller } from './keys.service.js';
import { WrongKeys } from './wrong-keys.js';

/** Records sign-ins and refusals in the audit log, and counts wrong keys. */
@Injectable()
export class SignInLog {
  constructor(
    private readonly log: AuditLog,
    private readonly refusals: Refusals,
    private readonly wrongKeys: WrongKeys,
    private readonly outside: Outside,
  ) {}

  started(request: FastifyRequest, caller: Caller, way: 'key' | 'code' | 'oidc'): Promise<void> {
    const ip = this.outside.addressOf(request.raw);
    const details = { way };
    return this.log.record({ actor: actorOf(caller), action: 'session.started', details, ip });
  }

  ended(request: FastifyRequest, caller: Caller): Promise<void> {
    const ip = this.outside.addressOf(request.raw);
    return this.log.record({ actor: actorOf(caller), action: 'session.ended', ip });
  }

  /** In the background, and not each of many. @throws ApiError `rate_limited` after too many from one address */
  refusedKey(request: FastifyRequest): void {
    this.refusals.note(request, { actor: UNKNOWN_ACTOR, action: 'key.refused' });
    this.wrongKeys.count(request);
  }

  /** In the background, and not each of many. */
  refusedPerson(request: FastifyRequest, email: string, reason: string): void {
    const actor = { kind: 'person' as const, name: email, key_id: null };
    this.refusals.note(request, { actor, action: 'session.refused', details: { reason } });
  }
}
