import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/**
 * Shorter replies are not compressed: a page of 10 rows (5 kB) fits into the first packets of a connection, and
 * compression would take a large part of its response time.
 */
const COMPRESSED_BYTES = 8 * 1024;
/** Longer replies are compressed in chunks, on another thread. */
const AT_ONCE_BYTES = 32 * 1024;

/**
 * Compresses replies with gzip if the client accepts it; files that are already compressed are sent unchanged.
 * No Brotli: its encoder takes megabytes of memory for each reply.
 */
export async function compressReplies(server: FastifyInstance): Promise<void> {
  await server.register(compress, {
    encodings: ['gzip'],
    threshold: COMPRESSED_BYTES,
    syncThreshold: AT_ONCE_BYTES,
    zlibOptions: { level: 5 },
    // Request bodies are unpacked where they are read, within their limits.
    globalDecompression: false,
  });
}
