import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { textMember } from '../event-builders.js';

const TOLERANCE_MS = 180_000;

/** What is wrong with a signing secret, as the end of a sentence. */
export function secretProblem(secret: string): string | undefined {
  const isRight = /^[!-~]+$/.test(secret);
  return isRight ? undefined : 'must be the signing secret of the endpoint, without spaces';
}

interface Signature {
  /** Milliseconds since 1970, as they were sent. */
  timestamp: string;
  signatures: Buffer[];
}

/** What the header says; undefined when it is missing or wrong, or the message is more than 3 minutes off. */
function signatureIn(headers: IncomingHttpHeaders, now: number): Signature | undefined {
  const parts = String(headers['workos-signature'] ?? '').split(',');
  const valuesOf = (name: string) =>
    parts.map((part) => part.trim().split('=', 2)).filter(([key]) => key === name);
  const timestamp = valuesOf('t')[0]?.[1] ?? '';
  const at = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(now - at) <= TOLERANCE_MS)) return undefined;
  const signatures = valuesOf('v1').map(([, signature]) => Buffer.from(signature ?? '', 'hex'));
  return { timestamp, signatures };
}

/** Whether a message could be proven once its body is there. */
export function mayBeProven(headers: IncomingHttpHeaders, now: number): boolean {
  return (signatureIn(headers, now)?.signatures.length ?? 0) > 0;
}

/**
 * Proves a message by `WorkOS-Signature: t=<ms>, v1=<hex>`: HMAC-SHA256 over `t.body`, at most 3 minutes
 * old. Its id is in the body, which is read once the bytes are proven.
 */
export function verify(
  headers: IncomingHttpHeaders,
  raw: Buffer,
  secrets: readonly string[],
  now: number,
): { id: string; at: number } | undefined {
  const given = signatureIn(headers, now);
  if (!given) return undefined;
  const { timestamp, signatures } = given;
  const isProven = secrets.some((secret) => {
    const right = createHmac('sha256', secret).update(`${timestamp}.`).update(raw).digest();
    return signatures.some((one) => one.length === right.length && timingSafeEqual(one, right));
  });
  return isProven ? { id: idOf(raw), at: Number(timestamp) } : undefined;
}

/** A message that has no id is told by its text: it comes again with the same. */
function idOf(raw: Buffer): string {
  const digest = () => createHash('sha256').update(raw).digest('hex');
  try {
    return textMember(JSON.parse(raw.toString('utf8')), 'id') ?? digest();
  } catch {
    return digest();
  }
}
