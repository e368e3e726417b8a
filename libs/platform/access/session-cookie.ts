import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Outside } from '../http/outside.js';

/**
 * The name over https. Its prefix makes browsers refuse the cookie from any other host and over plain http.
 */
export const SECURE_SESSION_COOKIE = '__Host-insightd';
/** The name over plain http. */
export const SESSION_COOKIE = 'insightd_session';

/** The cookie with the token of a session. */
@Injectable()
export class SessionCookie {
  constructor(private readonly outside: Outside) {}

  /** The token in a request's cookie. Over https the plain name is ignored. */
  tokenOf(request: FastifyRequest): string | undefined {
    const cookie = request.headers.cookie ?? '';
    const token = tokenIn(cookie, SECURE_SESSION_COOKIE);
    if (token !== undefined || this.outside.cameByHttps(request.raw)) return token;
    return tokenIn(cookie, SESSION_COOKIE);
  }

  /**
   * Sets a cookie that scripts cannot read and that browsers do not send for other sites. It ends with the session of
   * the browser.
   */
  set(request: FastifyRequest, reply: FastifyReply, token: string): void {
    this.write(request, reply, token, '');
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply, '', 'Max-Age=0; ');
  }

  private write({ raw }: FastifyRequest, reply: FastifyReply, value: string, age: string): void {
    const attributes = `${age}HttpOnly; SameSite=Strict`;
    const cookie = this.outside.isSecure(raw)
      ? `${SECURE_SESSION_COOKIE}=${value}; Path=/; ${attributes}; Secure`
      : `${SESSION_COOKIE}=${value}; Path=${this.outside.baseOf(raw)}; ${attributes}`;
    void reply.header('Set-Cookie', cookie);
  }
}

function tokenIn(cookie: string, name: string): string | undefined {
  return new RegExp(`(?:^|;) *${name}=([\\w-]{43})(?:;|$)`).exec(cookie)?.[1];
}
