import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '#libs/contracts';

const ATTRIBUTES = ['id', 'type', 'source', 'time', 'specversion'];
const JSON_TYPE = /^[\w.+-]+\/(?:[\w.-]+\+)?json$/;

/**
 * Whether a request is in the binary mode of CloudEvents: attributes in the headers, data in the
 * body.
 */
export function isBinaryEvent(
  headers: IncomingHttpHeaders,
  mediaType: string | undefined,
): boolean {
  const isInBody = mediaType?.startsWith('application/cloudevents') ?? false;
  return !isInBody && ['id', 'type', 'specversion'].some((name) => `ce-${name}` in headers);
}

/** Accepts only JSON data. @throws ApiError `unsupported_media_type` */
export function demandJsonData(mediaType: string | undefined): void {
  if (mediaType === undefined || JSON_TYPE.test(mediaType)) return;
  const message =
    'The data of an event whose attributes are headers (ce-*) must be JSON: send the header Content-Type as application/json.';
  throw new ApiError('unsupported_media_type', message);
}

/** The event as a JSON object. */
export function binaryEvent(headers: IncomingHttpHeaders, data: unknown): Record<string, unknown> {
  const attributes = ATTRIBUTES.map((name) => [name, headers[`ce-${name}`]] as const)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => [name, decoded(value as string)] as const);
  return { ...Object.fromEntries(attributes), data };
}

/**
 * Decodes a header. CloudEvents percent-encodes characters beyond ASCII as UTF-8. Senders that do
 * not encode write UTF-8 or Latin-1; Node reads both as Latin-1.
 */
function decoded(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = isUtf8(bytes) ? bytes.toString('utf8') : value;
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
