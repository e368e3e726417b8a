import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_MS } from './sessions.service.js';

/** The cookie that holds a session's token. */
export const SESSION_COOKIE = 'insightd_session';
const TOKEN = /(?:^|;) *insightd_session=([\w-]{43})(?:;|$)/;

/** The token in a request's cookie. */
export function sessionToken({ headers }: FastifyRequest): string | undefined {
  return TOKEN.exec(headers.cookie ?? '')?.[1];
}

/** Whether a request may be of someone who is signed in. */
export function hasSessionCookie(request: FastifyRequest): boolean {
  return sessionToken(request) !== undefined;
}

/** Gives a browser a token that its scripts cannot read and other sites cannot have sent. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string) {
  setCookie(request, reply, token, SESSION_MS / 1000);
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply) {
  setCookie(request, reply, '', 0);
}

function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  value: string,
  maxAgeSeconds: number,
) {
  const secure = isSecure(request) ? '; Secure' : '';
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
  void reply.header('Set-Cookie', `${SESSION_COOKIE}=${value}; ${attributes}`);
}

/** Whether the browser speaks https, to us or to a proxy in front. */
function isSecure({ headers, protocol }: FastifyRequest): boolean {
  const { origin, 'x-forwarded-proto': forwarded } = headers;
  return [protocol, origin, forwarded].some((told) => String(told).startsWith('https'));
}
