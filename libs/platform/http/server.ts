import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config/index.js';
import type { Metrics } from '../metrics/metrics.js';
import { refuseUnreadable } from './client-errors.js';
import { Outside } from './outside.js';
import { sendFailure } from './problem.filter.js';
import { closeUnread } from './unread.js';

/** Node refuses longer paths. */
const MAX_PATH_BYTES = 16 * 1024;

/** Fastify with the settings that all processes use. */
export function createAdapter(
  settings: Pick<Settings, 'TRUSTED_PROXIES' | 'PUBLIC_URL'>,
): FastifyAdapter {
  const outside = new Outside(settings);
  return new FastifyAdapter({
    rewriteUrl: (request: IncomingMessage) => withoutExtraSlashes(outside.withoutBase(request)),
    // Fastify's own reply has neither a reason nor Retry-After.
    return503OnClosing: false,
    clientErrorHandler: refuseUnreadable,
    routerOptions: { maxParamLength: MAX_PATH_BYTES },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000,
    requestTimeout: 120_000,
    // Handles errors before a route is found.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void sendFailure(reply, error, request.url);
    },
  });
}

/**
 * Removes repeated and trailing slashes from paths of the tracking API, whose libraries join parts that may each have
 * one. Leaves other paths unchanged, since an id in them may contain anything.
 */
function withoutExtraSlashes(url: string): string {
  if (!/^\/+v1\//.test(url)) return url;
  const query = url.indexOf('?');
  const end = query < 0 ? url.length : query;
  const path = url.slice(0, end).replaceAll(/\/{2,}/g, '/');
  return (path.endsWith('/') ? path.slice(0, -1) : path) + url.slice(end);
}

/** Measures replies by route pattern, since paths may contain ids. */
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

/** Forbids browsers to guess content types, and to store replies other than static files. */
export function forbidKeeping(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Content-Type-Options', 'nosniff');
    if (!CACHEABLE.test(request.url)) void reply.header('Cache-Control', 'no-store');
    done();
  });
}

const CACHEABLE = /^\/(?:assets|docs)\//;

/** Stops Fastify from reading bodies: `Bodies` reads them after the sender is authorized. */
export function leaveBodiesUnread(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  closeUnread(server);
}
