import { ApiError, isObject, parseJson } from '#libs/contracts';
import { isCrowded, shapeProblem } from './json-limits.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a body.
 * @throws ApiError `unreadable` when it is empty, not UTF-8, or has more than 500,000 JSON values
 */
export function readText(body: unknown): string {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length === 0) throw new ApiError('unreadable', 'The body is empty.');
  if (isCrowded(bytes)) {
    throw new ApiError(
      'unreadable',
      'The JSON of the body has more than 500,000 values. Split it.',
    );
  }
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ApiError('unreadable', 'The body is not UTF-8 text.', { cause });
  }
}

/**
 * The value of a JSON body. Checks the limits of `shapeProblem`.
 * @throws ApiError `unreadable`
 */
export function readJson(body: unknown): unknown {
  const value = readJsonParts(body);
  const problem = shapeProblem(value);
  if (problem !== undefined) throw new ApiError('unreadable', `The body ${problem}.`);
  return value;
}

/**
 * The value of a JSON body with many parts. The caller checks the shape of each part, so that an invalid part does not
 * affect the others.
 * @throws ApiError `unreadable`
 */
export function readJsonParts(body: unknown): unknown {
  const text = readText(body);
  try {
    return parseJson(text);
  } catch (cause) {
    // The parser's own message quotes the body.
    throw new ApiError('unreadable', 'The body is not valid JSON.', { cause });
  }
}

/**
 * The object of a JSON body; `{}` when there is no body.
 * @throws ApiError `unreadable`
 */
export function readObject(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0))
    return {};
  const value = readJson(body);
  if (!isObject(value)) throw new ApiError('unreadable', 'The body must be a JSON object.');
  return value;
}
