import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics.js';

/** The limit of ingest, before and after it is unpacked. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** An id of 255 characters, percent-encoded. */
const MAX_PATH_BYTES = 255 * 4 * 3;

/** Fastify as every process of ours runs it. */
export function createAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PATH_BYTES },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000,
    requestTimeout: 120_000,
  });
}

/** Measures every reply by its route's pattern: an address may hold ids. */
export function measureReplies(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    metrics.httpSeconds
      .labels(request.method, request.routeOptions.url ?? 'unknown', String(reply.statusCode))
      .observe(reply.elapsedTime / 1000);
    done();
  });
}

/** Bodies reach the routes as bytes, whatever their type: each route knows what it can read. */
export function readBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
}
