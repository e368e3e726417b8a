import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/**
 * Shorter replies stay as they are: a page of 10 rows (5 kB) fits the first packets of a connection, and compressing
 * it costs a large part of the time that answering it takes.
 */
const COMPRESSED_BYTES = 8 * 1024;
/** Longer ones are compressed on another thread, a part at a time. */
const AT_ONCE_BYTES = 32 * 1024;

/**
 * Compresses replies with gzip where the client accepts it; files that are compressed already stay as they are.
 * No Brotli: its encoder takes megabytes of memory for each reply.
 */
export async function compressReplies(server: FastifyInstance): Promise<void> {
  await server.register(compress, {
    encodings: ['gzip'],
    threshold: COMPRESSED_BYTES,
    syncThreshold: AT_ONCE_BYTES,
    zlibOptions: { level: 5 },
    // Bodies of requests are unpacked where they are read, within their limits.
    globalDecompression: false,
  });
}
