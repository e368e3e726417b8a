import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, isObject, parseJson } from '#libs/contracts';
import { readJson, readJsonParts, readText, shapeProblem } from '#libs/platform';
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

/**
 * One event before any check: a JSON value, or a text that is not JSON. `problem` is set when it
 * exceeds the limits.
 */
export type Incoming = ({ value: unknown } | { unreadable: string }) & { problem?: string };

/**
 * Splits an uncompressed body into events without checking them.
 * @param headers `content-encoding` names only encodings that remain after gzip was unpacked
 * @throws ApiError `unreadable`, `too_large` or `unsupported_media_type`
 */
export function readEvents(body: unknown, headers: IncomingHttpHeaders): Incoming[] {
  const mediaType = mediaTypeOf(headers['content-type']);
  if (isBinaryEvent(headers, mediaType)) {
    demandJsonData(mediaType);
    demandUnpacked(headers['content-encoding']);
    return [{ value: binaryEvent(headers, readJson(body)) }];
  }
  demandEvents(mediaType);
  demandUnpacked(headers['content-encoding']);
  return mediaType === LINES ? readLines(readText(body)) : readValues(readJsonParts(body));
}

/** @throws ApiError `unsupported_media_type` */
function demandUnpacked(encoding: string | undefined): void {
  if (['', 'identity'].includes(encoding?.trim().toLowerCase() ?? '')) return;
  throw new ApiError('unsupported_media_type', 'The only Content-Encoding supported is gzip.');
}

/** The media type without its parameters; undefined when none is given. */
function mediaTypeOf(header: string | undefined): string | undefined {
  return header?.split(';')[0]?.trim().toLowerCase();
}

/** Accepts the media types of events. A body without a media type is JSON. */
function demandEvents(mediaType: string | undefined): void {
  if (mediaType === undefined || EVENT_MEDIA_TYPES.includes(mediaType)) return;
  const message = `Send events as one of ${EVENT_MEDIA_TYPES.join(', ')} in the header Content-Type.`;
  throw new ApiError('unsupported_media_type', message);
}

function readValues(value: unknown): Incoming[] {
  if (Array.isArray(value)) {
    if (value.length > MAX_EVENTS) throw tooMany();
    return value.map(incomingOf);
  }
  if (isObject(value)) return [incomingOf(value)];
  throw new ApiError('unreadable', 'The body must be one event or an array of events.');
}

/** Applies the limits on depth and size to a JSON value. */
export function incomingOf(value: unknown): Incoming {
  const problem = shapeProblem(value);
  return problem === undefined ? { value } : { value, problem };
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

/** Reads the body of a webhook: a JSON value, or bytes that are not JSON. */
export function readMessage(raw: Buffer): Incoming {
  const text = raw.toString('utf8');
  return isUtf8(raw) ? readLine(text) : { unreadable: text, problem: 'must be UTF-8' };
}

function readLine(line: string): Incoming {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    return { unreadable: line };
  }
  const problem = shapeProblem(value);
  return problem === undefined ? { value } : { unreadable: line, problem };
}

/** The error for a request with too many events. */
export function tooMany(): ApiError {
  return new ApiError('too_large', `A request can contain at most ${MAX_EVENTS} events. Split it.`);
}
