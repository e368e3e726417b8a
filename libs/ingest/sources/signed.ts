import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = 'whsec_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Standard Webhooks requires 24 to 64 bytes; some self-made senders use fewer. */
const MIN_SECRET_BYTES = 16;
const TOLERANCE_MS = 5 * 60_000;

/**
 * The problem with a secret of the Standard Webhooks scheme, as the end of a sentence; undefined
 * for a valid one.
 */
export function standardSecretProblem(secret: string): string | undefined {
  const text = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || !BASE64.test(text)) {
    return 'must be whsec_ followed by base64, as shown where the endpoint was created';
  }
  const isLong = Buffer.from(text, 'base64').length >= MIN_SECRET_BYTES;
  return isLong ? undefined : `must have at least ${MIN_SECRET_BYTES} bytes after whsec_`;
}

interface Signature {
  id: string;
  /** Unix seconds as text, as sent. */
  timestamp: string;
  /** Each is `v1,` and base64, or has another version. */
  signatures: string[];
}

/**
 * Reads the headers; undefined when one is missing or invalid, or the time is more than 5 minutes
 * off.
 */
function signatureIn(headers: IncomingHttpHeaders, now: number): Signature | undefined {
  const prefix = headers['svix-id'] === undefined ? 'webhook' : 'svix';
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`${prefix}-${name}`] ?? ''),
  ) as [string, string, string];
  if (id === '' || signature === '' || !/^\d{1,12}$/.test(timestamp)) return undefined;
  if (!(Math.abs(now - Number(timestamp) * 1000) <= TOLERANCE_MS)) return undefined;
  return { id, timestamp, signatures: signature.split(' ') };
}

/** Whether the headers can carry a valid signature: all checks that do not need the body. */
export function mayBeStandard(headers: IncomingHttpHeaders, now: number): boolean {
  return signatureIn(headers, now)?.signatures.some((one) => one.startsWith('v1,')) ?? false;
}

/**
 * Verifies a message of the Standard Webhooks scheme (headers `webhook-*`) or of Svix (headers
 * `svix-*`): HMAC-SHA256 over `id.timestamp.body`, at most 5 minutes off. One valid signature by
 * any of the secrets is enough.
 * @param now milliseconds since 1970
 * @returns the id and the time sent, milliseconds since 1970; undefined when not proven
 */
export function verifyStandard(
  headers: IncomingHttpHeaders,
  raw: Buffer,
  secrets: readonly string[],
  now: number,
): { id: string; at: number } | undefined {
  const given = signatureIn(headers, now);
  if (!given) return undefined;
  const { id, timestamp, signatures } = given;
  const isProven = secrets.some((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(raw);
    const expected = Buffer.from(`v1,${right.digest('base64')}`);
    return signatures.some((one) => isSame(Buffer.from(one), expected));
  });
  return isProven ? { id, at: Number(timestamp) * 1000 } : undefined;
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
