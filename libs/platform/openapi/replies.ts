import { z } from 'zod';
import {
  ERROR_STATUS,
  compatibleErrors,
  problem,
  trackingProblem,
  type ErrorCode,
} from '#libs/contracts';
import { isCompatible, isTracking } from '../http/problem.filter.js';
import { statusOf, type Media } from '../http/operation.js';
import type { Route } from './routes.js';
import { bodySchema } from './schemas.js';

const PROBLEM = { 'application/problem+json': problem };
const RETRY_AFTER = {
  'Retry-After': { description: 'seconds to wait', schema: { type: 'integer', minimum: 1 } },
};

interface ErrorReply {
  description: string;
  headers?: typeof RETRY_AFTER;
  media?: Media;
}

/** Error replies by name. The body is a problem document unless `media` says otherwise. */
const ERRORS = {
  BadRequest: { description: 'The request is not valid' },
  Unauthorized: { description: 'There is no valid key, session or signature' },
  Forbidden: { description: 'The key lacks the scope, or a page of another site sent the request' },
  NotFound: { description: 'There is nothing here' },
  Conflict: { description: 'The request does not fit the present state' },
  TooLarge: { description: 'The body is too large' },
  UnsupportedMediaType: { description: 'The content type or encoding is not supported' },
  RateLimited: { description: 'Too many requests', headers: RETRY_AFTER },
  InternalError: {
    description: 'Something went wrong here; the log of the service has the reason',
  },
  Unavailable: {
    description: 'Temporarily unavailable, and nothing was done: send the request again',
    headers: RETRY_AFTER,
  },
  CompatibleBadRequest: {
    description: 'The request is not valid',
    media: { 'application/json': compatibleErrors },
  },
  CompatibleRateLimited: {
    description: 'Too many requests; the body is a sentence that can be shown to users',
    headers: RETRY_AFTER,
    media: { 'text/plain': z.string() },
  },
} as const satisfies Record<string, ErrorReply>;

type ErrorName = keyof typeof ERRORS;

const NAMES: Record<number, ErrorName> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  429: 'RateLimited',
  500: 'InternalError',
  503: 'Unavailable',
};

/** The components of the error replies, by name. */
export function errorComponents(): Record<string, object> {
  const entries = Object.entries<ErrorReply>(ERRORS);
  return Object.fromEntries(
    entries.map(([name, { media, ...rest }]) => [
      name,
      { ...rest, content: contentOf(media ?? PROBLEM) },
    ]),
  );
}

/** All replies of an endpoint, by status. */
export function repliesOf(route: Route): Record<string, object> {
  const { spec } = route;
  const media = spec.reply ? { 'application/json': spec.reply } : spec.rawReply;
  const replies: Record<string, object> = {
    [statusOf(spec)]: { description: spec.summary, ...(media && { content: contentOf(media) }) },
  };
  for (const status of errorStatuses(route)) replies[status] = errorReply(route, status);
  return replies;
}

/** OpenAPI's `content`: the schemas of a body by media type. */
export function contentOf(media: Media): Record<string, object> {
  return Object.fromEntries(
    Object.entries(media).map(([type, schema]) => [type, { schema: bodySchema(schema) }]),
  );
}

function errorStatuses({ spec, access }: Route): number[] {
  const codes: ErrorCode[] = [...(spec.errors ?? []), 'internal', 'unavailable'];
  const hasBody = spec.body !== undefined || spec.rawBody !== undefined;
  if (access.scopes !== 'public') codes.push('unauthorized', 'forbidden', 'rate_limited');
  if (hasBody || spec.path || spec.query) codes.push('invalid');
  if (spec.path) codes.push('not_found');
  if (hasBody) codes.push('too_large', 'unsupported_media_type');
  return [...new Set(codes.map((code) => ERROR_STATUS[code]))];
}

function errorReply({ path, spec }: Route, status: number): object {
  if (status === 400 && spec.badRequest) {
    const media = { 'application/json': spec.badRequest, ...PROBLEM };
    return { description: ERRORS.BadRequest.description, content: contentOf(media) };
  }
  const name = NAMES[status]!;
  if (isTracking(path)) {
    const { media: _, ...rest }: ErrorReply = ERRORS[name];
    return { ...rest, content: contentOf({ 'application/problem+json': trackingProblem }) };
  }
  const compatible = `Compatible${name}`;
  const isOwn = isCompatible(path) && compatible in ERRORS;
  return { $ref: `#/components/responses/${isOwn ? compatible : name}` };
}
