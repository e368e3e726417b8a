import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config/index.js';
import type { Metrics } from '../metrics/metrics.js';
import { refuseUnreadable } from './client-errors.js';
import { Outside } from './outside.js';
import { sendFailure } from './problem.filter.js';
import { closeUnread } from './unread.js';

/** Longer addresses are refused by Node. */
const MAX_PATH_BYTES = 16 * 1024;

/** Fastify as every process of ours runs it. */
export function createAdapter(
  settings: Pick<Settings, 'TRUSTED_PROXIES' | 'PUBLIC_URL'>,
): FastifyAdapter {
  const outside = new Outside(settings);
  return new FastifyAdapter({
    rewriteUrl: (request: IncomingMessage) => withoutExtraSlashes(outside.withoutBase(request)),
    // Its own reply says neither when to come back nor why.
    return503OnClosing: false,
    clientErrorHandler: refuseUnreadable,
    routerOptions: { maxParamLength: MAX_PATH_BYTES },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000,
    requestTimeout: 120_000,
    // What fails before a route is found.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void sendFailure(reply, error, request.url);
    },
  });
}

/**
 * Paths of the tracking API without doubled slashes and the one at the end: its libraries put an address
 * together from parts that may each have one. Other paths are left alone, for an id in them may be anything.
 */
function withoutExtraSlashes(url: string): string {
  if (!/^\/+v1\//.test(url)) return url;
  const query = url.indexOf('?');
  const end = query < 0 ? url.length : query;
  const path = url.slice(0, end).replaceAll(/\/{2,}/g, '/');
  return (path.endsWith('/') ? path.slice(0, -1) : path) + url.slice(end);
}

/** Measures every reply by its route's pattern: an address may hold ids. */
export function measureReplies(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    metrics.httpSeconds
      .labels(methodOf(request), request.routeOptions.url ?? 'unknown', String(reply.statusCode))
      .observe(reply.elapsedTime / 1000);
    done();
  });
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function methodOf({ method }: FastifyRequest): string {
  return METHODS.has(method) ? method : 'other';
}

/** Forbids browsers to store replies, except files that never change, and to guess content types. */
export function forbidKeeping(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Content-Type-Options', 'nosniff');
    if (!CACHEABLE.test(request.url)) void reply.header('Cache-Control', 'no-store');
    done();
  });
}

const CACHEABLE = /^\/(?:assets|docs)\//;

/** Fastify reads no body: `Bodies` does, once the sender may send it. */
export function leaveBodiesUnread(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  closeUnread(server);
}
