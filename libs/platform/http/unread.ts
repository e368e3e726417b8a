import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { releaseBody } from './bodies.js';
import { declaredBytes } from './receive.js';

/** The rest of a body of this length is read and dropped, and the connection is used again if it arrives soon. */
const DROPPED_BYTES = 64 * 1024;
/** For how long what the sender still sends is taken after the reply, so that it reads the reply. */
const LINGER_MS = 2_000;

/**
 * Ends with each body when the reply is ready: what was read no longer counts, and the connection of one that has not
 * arrived is closed, for it is not read. Closed at once, the reply would be lost to a sender that is still sending.
 */
export function closeUnread(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = request;
    releaseBody(raw);
    if (raw.complete) return done(null, payload);
    if (isDropped(raw)) {
      reply.raw.once('finish', () => closeUnlessComplete(raw));
    } else {
      void reply.header('Connection', 'close');
      raw.socket.destroySoon = () => linger(raw, raw.socket);
    }
    done(null, payload);
  });
  // Node would answer 100 at once; `receive` does so when the body is wanted.
  const { server: http } = server;
  http.on('checkContinue', (request, response) => http.emit('request', request, response));
  // Node would answer 417 without a body. An expectation that is not understood may be ignored.
  http.on('checkExpectation', (request, response) => http.emit('request', request, response));
}

/** A sender that asked first may not send the body any more. */
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
