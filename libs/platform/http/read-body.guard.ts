import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Bodies, bodyRuleOf } from './bodies.js';

/**
 * Reads the body of a request into `request.body`. Runs after the guards that authorize the sender. It is a guard
 * rather than an interceptor because Nest calls interceptors through RxJS, which takes as long as all the rest of
 * reading a small body.
 */
@Injectable()
export class ReadBody implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly bodies: Bodies,
  ) {}

  /** @throws ApiError as `Bodies.read` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const rule = bodyRuleOf(this.reflector, context);
    await this.bodies.read(
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
      rule,
    );
    return true;
  }
}
