/** Every way a request can fail, and the one place that says which status that is. */
export const ERROR_STATUS = {
  invalid: 400,
  unreadable: 400,
  unauthorized: 401,
  bad_signature: 401,
  forbidden: 403,
  not_found: 404,
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

/** A failure meant for the reader of the reply; its message says what to do next. */
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

/** `invalid` with one wrong field. */
export function invalidField(field: string, message: string): ApiError {
  return new ApiError('invalid', `${field} ${message}`, { fields: { [field]: [message] } });
}
