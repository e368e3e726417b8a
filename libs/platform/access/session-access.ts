import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import type { Caller } from './keys.service.js';
import { SameOrigin } from './same-origin.js';
import { SessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** The methods that need only the cookie: a link on another site must not change anything. */
const READING = new Set(['GET', 'HEAD']);

/** Finds the caller that the session cookie of a request belongs to. */
@Injectable()
export class SessionAccess {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly sessions: SessionsService,
    private readonly pages: SameOrigin,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns undefined without a cookie
   * @throws ApiError `unauthorized` when the session has ended; `forbidden` for a change requested by another site
   */
  async callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const token = this.cookie.tokenOf(request);
    if (token === undefined) return undefined;
    const session = await this.sessions.find(token, this.clock.now());
    if (!session) throw new ApiError('unauthorized', 'The session has ended: sign in again.');
    if (!READING.has(request.method)) this.pages.demand(request);
    return session.caller;
  }
}
