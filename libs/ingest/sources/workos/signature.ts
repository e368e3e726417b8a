import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { textMember } from '../telling.js';

const TOLERANCE_MS = 180_000;

/** What is wrong with a signing secret, as the end of a sentence. */
export function secretProblem(secret: string): string | undefined {
  const isRight = /^[!-~]+$/.test(secret);
  return isRight ? undefined : 'must be the signing secret of the endpoint, without spaces';
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
  const parts = String(headers['workos-signature'] ?? '').split(',');
  const valuesOf = (name: string) =>
    parts.map((part) => part.trim().split('=', 2)).filter(([key]) => key === name);
  const told = valuesOf('t')[0]?.[1] ?? '';
  const at = /^\d{1,15}$/.test(told) ? Number(told) : Number.NaN;
  if (!(Math.abs(now - at) <= TOLERANCE_MS)) return undefined;
  const given = valuesOf('v1').map(([, signature]) => Buffer.from(signature ?? '', 'hex'));
  const isProven = secrets.some((secret) => {
    const right = createHmac('sha256', secret).update(`${told}.`).update(raw).digest();
    return given.some((one) => one.length === right.length && timingSafeEqual(one, right));
  });
  return isProven ? { id: idOf(raw), at } : undefined;
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
