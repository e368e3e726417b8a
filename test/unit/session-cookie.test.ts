import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from '@jest/globals';
import { SessionCookie } from '../../libs/platform/access/session-cookie.js';
import { Outside } from '../../libs/platform/http/outside.js';

const TOKEN = 'a'.repeat(43);
const PLAIN = `insightd_session=${TOKEN}`;
const SECURE = `__Host-insightd=${TOKEN}`;

/** A request by a proxy that is not trusted. */
function from(headers: Record<string, string>): FastifyRequest {
  const raw = { headers, url: '/', socket: { remoteAddress: '203.0.113.9' } };
  return { headers, raw } as unknown as FastifyRequest;
}

const cookieWith = (PUBLIC_URL?: string) =>
  new SessionCookie(new Outside({ TRUSTED_PROXIES: 'none', PUBLIC_URL }));

/** The cookies that `write` sets. */
function written(write: (reply: FastifyReply) => void): string[] {
  const cookies: string[] = [];
  write({ header: (_: string, cookie: string) => cookies.push(cookie) } as unknown as FastifyReply);
  return cookies;
}

test.each<[string | undefined, string, string, boolean]>([
  ['https://x.example', 'x.example', PLAIN, false],
  ['https://x.example', 'X.example:443', PLAIN, false],
  ['https://x.example', 'x.example', SECURE, true],
  ['https://x.example', 'x.example', `${PLAIN}; ${SECURE}`, true],
  ['https://x.example', '10.0.0.1:3000', PLAIN, true],
  ['http://x.example', 'x.example', PLAIN, true],
  [undefined, 'x.example', PLAIN, true],
])('with PUBLIC_URL %s, a request for %s with %s has a session: %s', (url, host, cookie, has) => {
  const token = cookieWith(url).tokenOf(from({ host, cookie }));
  expect(token).toBe(has ? TOKEN : undefined);
});

test('after a sign-in at a provider, PUBLIC_URL decides the name', () => {
  const request = from({ host: '10.0.0.1:3000', origin: 'http://10.0.0.1:3000' });
  const set = (url: string) =>
    written((reply) => cookieWith(url).setAtPublicUrl(request, reply, TOKEN));
  expect(set('https://x.example/insights/')).toEqual([
    `${SECURE}; Path=/; HttpOnly; SameSite=Strict; Secure`,
  ]);
  expect(set('http://x.example/insights/')).toEqual([
    `${PLAIN}; Path=/insights/; HttpOnly; SameSite=Strict`,
  ]);
});

test('signing out clears both names', () => {
  const cleared = written((reply) => cookieWith().clear(from({}), reply));
  expect(cleared).toEqual([
    'insightd_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    '__Host-insightd=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
  ]);
});
