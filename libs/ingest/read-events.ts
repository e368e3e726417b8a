import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError, isObject, parseJson } from '#libs/contracts';
import { MAX_BODY_BYTES, readJson, readText } from '#libs/platform';
import { binaryEvent, demandJsonData, isBinaryEvent } from './binary-event.js';

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
export async function readEvents(body: unknown, headers: IncomingHttpHeaders): Promise<Incoming[]> {
  const { 'content-encoding': encoding } = headers;
  const mediaType = mediaTypeOf(headers['content-type']);
  if (isBinaryEvent(headers, mediaType)) {
    demandJsonData(mediaType);
    const data = await unpack(body, encoding).then(readJson);
    return [{ value: binaryEvent(headers, data) }];
  }
  demandEvents(mediaType);
  const unpacked = await unpack(body, encoding);
  return mediaType === LINES ? readLines(readText(unpacked)) : readValues(readJson(unpacked));
}

async function unpack(body: unknown, encoding: string | undefined): Promise<unknown> {
  const name = encoding?.trim().toLowerCase();
  if (name === undefined || name === '' || name === 'identity') return body;
  if (name !== 'gzip') {
    throw new ApiError('unsupported_media_type', 'The only Content-Encoding supported is gzip.');
  }
  return unzip(Buffer.isBuffer(body) ? body : Buffer.alloc(0), MAX_BODY_BYTES);
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * A body that may be gzip, whatever its headers say: no text begins as gzip does.
 * @param maxBytes unpacked
 * @throws ApiError `unreadable` or `too_large`
 */
export function unzipped(body: Buffer, maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
  const isGzip = body.subarray(0, GZIP.length).equals(GZIP);
  return isGzip ? unzip(body, maxBytes) : Promise.resolve(body);
}

/** @throws ApiError `unreadable` or `too_large` */
async function unzip(body: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gunzipped(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ApiError('too_large', 'The body has more than 16 MiB unpacked. Split it.', {
        cause,
      });
    }
    throw new ApiError('unreadable', 'The body is not valid gzip.', { cause });
  }
}

/** The media type without its parameters; undefined when none is given. */
function mediaTypeOf(header: string | undefined): string | undefined {
  return header?.split(';')[0]?.trim().toLowerCase();
}

/** Without a media type, a body is JSON. */
function demandEvents(mediaType: string | undefined): void {
  if (mediaType === undefined || EVENT_MEDIA_TYPES.includes(mediaType)) return;
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
    return { value: parseJson(line) };
  } catch {
    return { unreadable: line };
  }
}

/** More than fits one request. */
export function tooMany(): ApiError {
  return new ApiError('too_large', `At most ${MAX_EVENTS} events fit one request. Split it.`);
}
