/** All error codes of the API, with the HTTP status of each. */
export const ERROR_STATUS = {
  invalid: 400,
  unreadable: 400,
  unauthorized: 401,
  bad_signature: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_slow: 408,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

interface Details {
  /** Wire field → messages, for `invalid`. */
  fields?: Record<string, string[]>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An error that is sent to the client. The message says what to do. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Details = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'ApiError';
  }
}

/** An `invalid` error for one field. */
export function invalidField(field: string, message: string): ApiError {
  return new ApiError('invalid', `${field} ${message}`, { fields: { [field]: [message] } });
}
