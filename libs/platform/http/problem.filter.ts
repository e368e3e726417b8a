import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, ERROR_STATUS, type ErrorCode, type Problem } from '#libs/contracts';
import { exhaustedNumbers, isDatabaseAway } from '#libs/database';
import type { StoreWatch } from '../instance/store-watch.js';
import { Logger, describeError } from '../logger/logger.js';

/** The endpoints of the reference API, whose 400 and 429 replies have their own shapes. */
const COMPATIBLE = '/api/backend/';

/** The tracking API, whose libraries show the members `code` and `message` of a reply or of its `error`. */
const TRACKING = '/v1/';

/** Whether a URL belongs to the tracking API. */
export const isTracking = (url: string): boolean => url.startsWith(TRACKING);

/** Whether a URL belongs to the reference API. */
export const isCompatible = (url: string): boolean => url.startsWith(COMPATIBLE);

const TITLES: Record<ErrorCode, string> = {
  invalid: 'The request is not valid',
  unreadable: 'The body cannot be read',
  unauthorized: 'A valid API key is needed',
  bad_signature: 'The signature cannot be trusted',
  forbidden: 'The key lacks the scope',
  not_found: 'There is nothing here',
  conflict: 'The request does not fit the present state',
  too_slow: 'The body arrived too slowly',
  too_large: 'The body is too large',
  unsupported_media_type: 'The content type is not supported',
  rate_limited: 'Too many requests',
  internal: 'Something went wrong here',
  unavailable: 'Temporarily unavailable',
};

/** Turns every failure into its documented reply. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly watch: StoreWatch,
  ) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    void this.reply(failure, host);
  }

  private async reply(failure: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = await this.errorOf(failure);
    if (error.code === 'internal') {
      this.logger.error('request failed', {
        ...describeError(failure),
        route: request.routeOptions.url,
      });
    }
    void sendFailure(reply, error, request.url);
  }

  /** The error for the caller. Checks first whether a newer build has migrated the store since the last look. */
  private async errorOf(failure: unknown): Promise<ApiError> {
    const error = toApiError(failure);
    if (error.code !== 'internal') return error;
    await this.watch.look();
    return this.watch.refusal ?? error;
  }
}

/** All paths except health, metrics and the files of the page. */
const NEEDS_THE_STORE = /^\/(?!health\/|metrics(?:[?]|$)|assets\/)/;

/** Refuses every request with 503 while the store belongs to a newer build. */
export function refuseOnNewerStore(server: FastifyInstance, watch: StoreWatch): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { refusal } = watch;
    if (refusal && NEEDS_THE_STORE.test(request.url)) void sendFailure(reply, refusal, request.url);
    else done();
  });
}

/** Sends the reply for a failure, in the shape that the API of the URL uses. */
export function sendFailure(reply: FastifyReply, failure: unknown, url: string): FastifyReply {
  const error = toApiError(failure);
  const compatible = isCompatible(url);
  const status = ERROR_STATUS[error.code];
  const { fields, retryAfterSeconds } = error.details;
  void reply.status(status);
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  if (error.code === 'unauthorized') void reply.header('WWW-Authenticate', 'Bearer');
  if (compatible && error.code === 'rate_limited') {
    return reply.type('text/plain; charset=utf-8').send(error.message);
  }
  if (compatible && status === 400) {
    return reply
      .type('application/json; charset=utf-8')
      .send(fields ?? { request: [error.message] });
  }
  const body: Problem = {
    type: 'about:blank',
    title: TITLES[error.code],
    status,
    code: error.code,
    detail: error.message,
    ...(fields && { errors: fields }),
    ...(isTracking(url) && trackingError(error)),
  };
  return reply.type('application/problem+json; charset=utf-8').send(JSON.stringify(body));
}

function trackingError({ code, message }: ApiError) {
  return { error: { code, message }, message };
}

const CODE_OF_STATUS = new Map<number, ErrorCode>([
  [400, 'unreadable'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [408, 'too_slow'],
  [413, 'too_large'],
  [415, 'unsupported_media_type'],
  [429, 'rate_limited'],
]);

function toApiError(failure: unknown): ApiError {
  if (failure instanceof ApiError) return failure;
  if (isDatabaseAway(failure)) {
    const message =
      'The database does not answer in time. Send the request again: events that were already written count once.';
    return new ApiError('unavailable', message, { retryAfterSeconds: 2, cause: failure });
  }
  const exhausted = exhaustedNumbers(failure);
  if (exhausted !== undefined) return new ApiError('unavailable', exhausted, { cause: failure });
  const status = statusOf(failure);
  const code = CODE_OF_STATUS.get(status);
  if (code === undefined) return new ApiError('internal', 'The log of the service has the reason.');
  return new ApiError(code, (failure as Error).message);
}

function statusOf(failure: unknown): number {
  if (failure instanceof HttpException) return failure.getStatus();
  // Fastify's own errors carry a status.
  const status = failure instanceof Error && 'statusCode' in failure ? failure.statusCode : 500;
  return typeof status === 'number' ? status : 500;
}
