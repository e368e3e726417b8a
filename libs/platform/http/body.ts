import { ApiError, invalidField, isObject, parseJson } from '#libs/contracts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a body.
 * @throws ApiError `unreadable` when it is empty or not UTF-8
 */
export function readText(body: unknown): string {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length === 0) throw new ApiError('unreadable', 'The body is empty.');
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ApiError('unreadable', 'The body is not UTF-8 text.', { cause });
  }
}

/**
 * The value of a JSON body.
 * @throws ApiError `unreadable`
 */
export function readJson(body: unknown): unknown {
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
 * @param names the members it may have
 * @throws ApiError `unreadable`, or `invalid` for another member: a misspelt one must not be passed over
 */
export function readObject<N extends string>(
  body: unknown,
  ...names: N[]
): Partial<Record<N, unknown>> {
  if (body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0))
    return {};
  const value = readJson(body);
  if (!isObject(value)) throw new ApiError('unreadable', 'The body must be a JSON object.');
  const unknown = Object.keys(value).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) {
    throw invalidField(unknown, `is not known here; there is ${names.join(', ')}`);
  }
  return value as Partial<Record<N, unknown>>;
}
