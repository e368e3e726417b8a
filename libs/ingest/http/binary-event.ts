import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '#libs/contracts';

const ATTRIBUTES = ['id', 'type', 'source', 'time', 'specversion'];
const JSON_TYPE = /^[\w.+-]+\/(?:[\w.-]+\+)?json$/;

/** Whether headers carry an event in the binary mode of CloudEvents: its attributes, with the data as body. */
export function isBinaryEvent(
  headers: IncomingHttpHeaders,
  mediaType: string | undefined,
): boolean {
  const isInBody = mediaType?.startsWith('application/cloudevents') ?? false;
  return !isInBody && ['id', 'type', 'specversion'].some((name) => `ce-${name}` in headers);
}

/** @throws ApiError `unsupported_media_type` for data that is no JSON */
export function demandJsonData(mediaType: string | undefined): void {
  if (mediaType === undefined || JSON_TYPE.test(mediaType)) return;
  const message =
    'The data of an event whose attributes are headers (ce-*) must be JSON: send the header Content-Type as application/json.';
  throw new ApiError('unsupported_media_type', message);
}

/** The event as an object of JSON. */
export function binaryEvent(headers: IncomingHttpHeaders, data: unknown): Record<string, unknown> {
  const attributes = ATTRIBUTES.map((name) => [name, headers[`ce-${name}`]] as const)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => [name, decoded(value as string)] as const);
  return { ...Object.fromEntries(attributes), data };
}

/**
 * The text of a header. Signs beyond ASCII are percent-encoded UTF-8; senders that do not encode them write
 * UTF-8 or Latin-1, and Node reads either as Latin-1.
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
