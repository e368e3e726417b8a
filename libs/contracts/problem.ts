import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from './errors.js';
import { nameSchemas } from './named.js';

const CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];
/** All error codes with their statuses, for the OpenAPI description. */
const STATUSES = CODES.map((code) => `\`${code}\` (${ERROR_STATUS[code]})`).join(', ');

/** Error messages by field. */
export const fieldErrors = z.record(z.string(), z.array(z.string()));

/** An error reply (RFC 9457). */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string().describe('the kind of error in words'),
  status: z.int().min(400).max(599).describe('the HTTP status'),
  code: z.enum(CODES).describe(`the kind of error; ${STATUSES}`),
  detail: z.string().describe('the problem with this request, and how to correct it'),
  errors: fieldErrors.optional().describe('messages by field when the code is `invalid`'),
});

/** An error reply of the tracking API. Its libraries show `message` and `code`, from the reply or from `error`. */
export const trackingProblem = problem.extend({
  message: z.string().describe('as `detail`'),
  error: z.object({ code: z.enum(CODES), message: z.string() }),
});

/** The body of a 400 from the endpoints of the reference API. */
export const compatibleErrors = z
  .record(z.string(), z.array(z.string()))
  .describe('messages by wire field; `request` for the request as a whole');

nameSchemas({
  ...{ Problem: problem, FieldErrors: fieldErrors, CompatibleErrors: compatibleErrors },
  TrackingProblem: trackingProblem,
});

export type Problem = z.infer<typeof problem>;
