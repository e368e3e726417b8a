import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { finalize, type Observable } from 'rxjs';
import { Bodies, bodyRuleOf } from './bodies.js';

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Reads the body of a request that all guards have let in. */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly bodies: Bodies,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!WITH_BODY.has(request.method)) return next.handle();
    const rule = bodyRuleOf(this.reflector, context);
    const held = await this.bodies.read(request, http.getResponse<FastifyReply>(), rule);
    return next.handle().pipe(finalize(() => held.release()));
  }
}
