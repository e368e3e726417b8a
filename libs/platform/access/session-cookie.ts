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

  /** The token in a request's cookie. The plain name is ignored over https and for the host of an https PUBLIC_URL. */
  tokenOf({ headers, raw }: FastifyRequest): string | undefined {
    const cookie = headers.cookie ?? '';
    const isPlainAllowed = !this.outside.cameByHttps(raw) && !this.outside.isForSecureHost(raw);
    return (
      tokenIn(cookie, SECURE_SESSION_COOKIE) ??
      (isPlainAllowed ? tokenIn(cookie, SESSION_COOKIE) : undefined)
    );
  }

  /**
   * Sets a cookie that scripts cannot read and that browsers do not send for other sites. It ends with the session of
   * the browser.
   */
  set(request: FastifyRequest, reply: FastifyReply, token: string): void {
    this.write(request, reply, { token, isSecure: this.outside.isSecure(request.raw) });
  }

  /** Like `set`, for a browser that a provider has sent back to PUBLIC_URL. */
  setAtPublicUrl(request: FastifyRequest, reply: FastifyReply, token: string): void {
    this.write(request, reply, { token, isSecure: this.outside.isPublicUrlSecure });
  }

  /** Clears both names: the browser may have either. */
  clear(request: FastifyRequest, reply: FastifyReply): void {
    for (const isSecure of [false, true]) this.write(request, reply, { token: null, isSecure });
  }

  /** @param token null to clear the cookie */
  private write(
    { raw }: FastifyRequest,
    reply: FastifyReply,
    { token, isSecure }: { token: string | null; isSecure: boolean },
  ): void {
    const value = token ?? '';
    const attributes = `${token === null ? 'Max-Age=0; ' : ''}HttpOnly; SameSite=Strict`;
    const cookie = isSecure
      ? `${SECURE_SESSION_COOKIE}=${value}; Path=/; ${attributes}; Secure`
      : `${SESSION_COOKIE}=${value}; Path=${this.outside.baseOf(raw)}; ${attributes}`;
    void reply.header('Set-Cookie', cookie);
  }
}

function tokenIn(cookie: string, name: string): string | undefined {
  return new RegExp(`(?:^|;) *${name}=([\\w-]{43})(?:;|$)`).exec(cookie)?.[1];
}
