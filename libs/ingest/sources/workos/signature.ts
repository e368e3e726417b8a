import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { textMember } from '../event-builders.js';

const TOLERANCE_MS = 180_000;

/** The problem with a signing secret, as the end of a sentence; undefined for a valid one. */
export function secretProblem(secret: string): string | undefined {
  const isRight = /^[!-~]+$/.test(secret);
  return isRight ? undefined : 'must be the signing secret of the endpoint, without spaces';
}

interface Signature {
  /** Milliseconds since 1970 as text, as sent. */
  timestamp: string;
  signatures: Buffer[];
}

/**
 * Reads the header; undefined when it is missing or invalid, or the time is more than 3 minutes
 * off.
 */
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

/** Whether the header can carry a valid signature. */
export function mayBeProven(headers: IncomingHttpHeaders, now: number): boolean {
  return (signatureIn(headers, now)?.signatures.length ?? 0) > 0;
}

/**
 * Verifies `WorkOS-Signature: t=<ms>, v1=<hex>`: HMAC-SHA256 over `t.body`, at most 3 minutes off.
 * The id is in the body, which is only parsed after that.
 * @param now milliseconds since 1970
 * @returns the id and the time sent, milliseconds since 1970; undefined when not proven
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

/** The message's id, or the hash of its bytes, which are the same on every delivery. */
function idOf(raw: Buffer): string {
  const digest = () => createHash('sha256').update(raw).digest('hex');
  try {
    return textMember(JSON.parse(raw.toString('utf8')), 'id') ?? digest();
  } catch {
    return digest();
  }
}
