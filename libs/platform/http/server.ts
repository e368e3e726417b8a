import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import type { Metrics } from '../metrics/metrics.js';
import { sendFailure } from './problem.filter.js';

/** The limit of ingest, before and after it is unpacked. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** How much of a body that is too large is read and thrown away, so that its sender reads the reply. */
const MAX_DRAINED_BYTES = 4 * MAX_BODY_BYTES;
/** Longer addresses are refused by Node. */
const MAX_PATH_BYTES = 16 * 1024;

/** Fastify as every process of ours runs it. */
export function createAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    routerOptions: { maxParamLength: MAX_PATH_BYTES },
    rewriteUrl: (request: IncomingMessage) => withoutExtraSlashes(request.url ?? '/'),
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
      .labels(request.method, request.routeOptions.url ?? 'unknown', String(reply.statusCode))
      .observe(reply.elapsedTime / 1000);
    done();
  });
}

/** Bodies reach the routes as bytes, whatever their type: each route knows what it can read. */
export function readBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload),
  );
}

/** @throws ApiError `too_large` */
function readBody(payload: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () =>
      reject(new ApiError('too_large', 'The body has more than 16 MiB. Split it.'));
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (size > MAX_DRAINED_BYTES) tooLarge();
    });
    payload.on('end', () => {
      if (size <= MAX_BODY_BYTES) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      else tooLarge();
    });
    payload.on('error', reject);
    payload.on('close', () => {
      if (!payload.complete) reject(new ApiError('unreadable', 'The body ended too early.'));
    });
  });
}
