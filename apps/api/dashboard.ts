import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Outside, SessionCookie, sendFailure } from '#libs/platform';
import { packageRoot } from '#libs/database';

const FOLDER = join(packageRoot, 'dist/apps/dashboard');
/** Paths that are never a page of the dashboard. */
const NOT_PAGES = /^\/(?:api|docs|webhooks|v1|metrics|health|session|openapi|assets)(?:[/?.-]|$)/;
const YEAR_S = 31_536_000;

const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Serves the dashboard: its files under /assets, cached without limit since their names change with their content, and
 * the page itself at every other address that a browser requests, so that addresses can be shared.
 */
export async function serveDashboard(
  server: FastifyInstance,
  app: INestApplication,
): Promise<void> {
  if (!existsSync(join(FOLDER, 'index.html'))) {
    throw new Error('The dashboard is not built: run "npm run setup".');
  }
  const page = new Page(
    await readFile(join(FOLDER, 'index.html'), 'utf8'),
    app.get(SessionCookie),
    app.get(Outside),
  );
  await server.register(fastifyStatic, {
    root: join(FOLDER, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: YEAR_S * 1000,
    preCompressed: true,
    setHeaders: (reply) => void reply.headers(HEADERS),
  });
  server.get('/*', (request, reply) => {
    if (isPage(request)) return page.send(request, reply);
    const message = `There is nothing at ${request.url.split('?')[0]}.`;
    return sendFailure(reply, new ApiError('not_found', message), request.url);
  });
}

function isPage({ url, headers }: FastifyRequest): boolean {
  return !NOT_PAGES.test(url) && (headers.accept ?? '').includes('text/html');
}

/** The page, with its public path and whether its reader may be signed in. */
class Page {
  constructor(
    private readonly template: string,
    private readonly cookie: SessionCookie,
    private readonly outside: Outside,
  ) {}

  send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const base = this.outside.baseOf(request.raw);
    // Without a cookie the page does not request the session: a 401 would be an error in its console. Browsers do not
    // send the cookie with a link on another site, such as an e-mail or the way back from a sign-in.
    const isLinked = request.headers['sec-fetch-site'] === 'cross-site';
    const isNew = this.cookie.tokenOf(request) === undefined && !isLinked;
    const visitor = isNew ? 'new' : 'returning';
    const text = this.template
      .replace('data-visitor=""', `data-visitor="${visitor}" data-base="${base}"`)
      .replaceAll('"/assets/', `"${base}assets/`);
    return reply
      .headers(HEADERS)
      .header('Cache-Control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(text);
  }
}
