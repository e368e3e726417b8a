import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError, isObject } from '#libs/contracts';
import { MAX_BODY_BYTES, readJson, readText } from '#libs/platform';

export const MAX_EVENTS = 10_000;

const LINES = 'application/x-ndjson';
/** The content types that can carry events. */
export const EVENT_MEDIA_TYPES = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  LINES,
];

/** One event as it came: a value of JSON, or a line that is none. */
export type Incoming = { value: unknown } | { unreadable: string };

const gunzipped = promisify(gunzip);

/**
 * Reads a body as events, without looking into them.
 * @throws ApiError `unreadable`, `too_large` or `unsupported_media_type`
 */
export async function readEvents(
  body: unknown,
  mediaType: string | undefined,
  encoding: string | undefined,
): Promise<Incoming[]> {
  const type = eventMediaType(mediaType);
  const unpacked = await unpack(body, encoding);
  return type === LINES ? readLines(readText(unpacked)) : readValues(readJson(unpacked));
}

async function unpack(body: unknown, encoding: string | undefined): Promise<unknown> {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return body;
  if (name !== 'gzip') {
    throw new ApiError('unsupported_media_type', 'The only Content-Encoding supported is gzip.');
  }
  return unzip(body);
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** A body that may be gzip, whatever is said of it: no text begins as gzip does. */
export function unzipped(body: unknown): Promise<unknown> {
  const isGzip = Buffer.isBuffer(body) && body.subarray(0, GZIP.length).equals(GZIP);
  return isGzip ? unzip(body) : Promise.resolve(body);
}

/** @throws ApiError `unreadable` or `too_large` */
async function unzip(body: unknown): Promise<Buffer> {
  try {
    return await gunzipped(Buffer.isBuffer(body) ? body : '', { maxOutputLength: MAX_BODY_BYTES });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ApiError('too_large', 'The body has more than 16 MiB unpacked. Split it.', {
        cause,
      });
    }
    throw new ApiError('unreadable', 'The body is not valid gzip.', { cause });
  }
}

/** The media type without its parameters; JSON when none is given. */
function eventMediaType(header: string | undefined): string {
  const type = header?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
  if (EVENT_MEDIA_TYPES.includes(type)) return type;
  const message = `Send events as one of ${EVENT_MEDIA_TYPES.join(', ')} in the header Content-Type.`;
  throw new ApiError('unsupported_media_type', message);
}

function readValues(value: unknown): Incoming[] {
  if (Array.isArray(value)) {
    if (value.length > MAX_EVENTS) throw tooMany();
    return value.map((element: unknown) => ({ value: element }));
  }
  if (isObject(value)) return [{ value }];
  throw new ApiError('unreadable', 'The body must be one event or an array of events.');
}

function readLines(text: string): Incoming[] {
  const events: Incoming[] = [];
  for (let start = 0; start <= text.length;) {
    const end = text.indexOf('\n', start);
    const line = end < 0 ? text.slice(start) : text.slice(start, end);
    start = end < 0 ? text.length + 1 : end + 1;
    if (line.trim() === '') continue;
    if (events.length === MAX_EVENTS) throw tooMany();
    events.push(readLine(line));
  }
  return events;
}

/** The message of a webhook as it came: a value of JSON, or bytes that are none. */
export function readMessage(raw: Buffer): Incoming {
  return readLine(raw.toString('utf8'));
}

function readLine(line: string): Incoming {
  try {
    return { value: JSON.parse(line) as unknown };
  } catch {
    return { unreadable: line };
  }
}

/** More than fits one request. */
export function tooMany(): ApiError {
  return new ApiError('too_large', `At most ${MAX_EVENTS} events fit one request. Split it.`);
}
