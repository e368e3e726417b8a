import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from './errors.js';
import { nameSchemas } from './named.js';

const CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];
/** The code of every error with its status, for readers of the description. */
const STATUSES = CODES.map((code) => `\`${code}\` (${ERROR_STATUS[code]})`).join(', ');

/** The names of wrong fields, each with what is wrong with it. */
export const fieldErrors = z.record(z.string(), z.array(z.string()));

/** An error reply by RFC 9457. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string().describe('the kind of error in words'),
  status: z.int().min(400).max(599).describe('the HTTP status'),
  code: z.enum(CODES).describe(`the kind of error; ${STATUSES}`),
  detail: z.string().describe('what is wrong with this request, and what to do'),
  errors: fieldErrors.optional().describe('by field, where the code is `invalid`'),
});

/** An error reply of the tracking API: its libraries show `message` and `code`, here or in `error`. */
export const trackingProblem = problem.extend({
  message: z.string().describe('as `detail`'),
  error: z.object({ code: z.enum(CODES), message: z.string() }),
});

/** The body of a 400 of the endpoints that clients of the reference call. */
export const compatibleErrors = z
  .record(z.string(), z.array(z.string()))
  .describe('wire fields with what is wrong with each; `request` for the request as a whole');

nameSchemas({
  ...{ Problem: problem, FieldErrors: fieldErrors, CompatibleErrors: compatibleErrors },
  TrackingProblem: trackingProblem,
});

export type Problem = z.infer<typeof problem>;
