import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { releaseBody } from './bodies.js';
import { declaredBytes } from './receive.js';

/** The unread rest of a body up to this length is dropped; if it arrives soon, the connection can be reused. */
const DROPPED_BYTES = 64 * 1024;
/** How long the rest of a body is accepted after the reply, so that the sender reads the reply. */
const LINGER_MS = 2_000;

/**
 * Releases each body when its reply is ready, and closes the connection if the body was not read completely. Closing at
 * once would lose the reply for a sender that is still sending.
 */
export function closeUnread(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = request;
    releaseBody(raw);
    // A request of the same process (MCP) has no connection.
    if (raw.complete || !(raw.socket instanceof Socket)) return done(null, payload);
    if (isDropped(raw)) {
      reply.raw.once('finish', () => closeUnlessComplete(raw));
    } else {
      void reply.header('Connection', 'close');
      raw.socket.destroySoon = () => linger(raw, raw.socket);
    }
    done(null, payload);
  });
  // Node would answer 100 at once; instead, `receive` answers it before it reads the body.
  const { server: http } = server;
  http.on('checkContinue', (request, response) => http.emit('request', request, response));
  // Node would answer 417 without a body. A server may ignore an unknown expectation.
  http.on('checkExpectation', (request, response) => http.emit('request', request, response));
}

/** Whether the rest of the body is dropped. A sender that expects 100 may never send the body. */
function isDropped(request: IncomingMessage): boolean {
  return request.headers.expect === undefined && declaredBytes(request) <= DROPPED_BYTES;
}

function closeUnlessComplete(request: IncomingMessage): void {
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, LINGER_MS).unref();
  request.once('close', () => clearTimeout(timer));
}

function linger(request: IncomingMessage, socket: Socket): void {
  socket.end();
  request.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
