import type { FastifyInstance } from 'fastify';
import { ApiError } from '#libs/contracts';
import { sendFailure } from './problem.filter.js';

const RETRY_AFTER_S = 2;

/** Refuses requests that arrive while this process is stopping, and closes their connections. */
export function refuseWhileStopping(server: FastifyInstance, isStopping: () => boolean): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!isStopping()) return done();
    const message = 'This process is stopping. Nothing was changed: send the request again.';
    const failure = new ApiError('unavailable', message, { retryAfterSeconds: RETRY_AFTER_S });
    void sendFailure(reply.header('Connection', 'close'), failure, request.url);
  });
}
