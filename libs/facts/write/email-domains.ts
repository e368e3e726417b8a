import { createHmac } from 'node:crypto';

// 128 bits make collisions practically impossible.
const HASH_BYTES = 16;
/** More labels than the DNS permits are not looked at: work would be quadratic. */
const MOST_LABELS = 127;

/** What follows the last @ of an e-mail, in lower case; null without an @ or anything after it. */
export function domainOf(email: string | null | undefined): string | null {
  const at = email?.lastIndexOf('@') ?? -1;
  if (at < 0) return null;
  return email!.slice(at + 1).toLowerCase() || null;
}

/** The parents of a domain with two labels or more: of `a.b.example.com`, `b.example.com` and `example.com`. */
export function parentsOf(domain: string): string[] {
  const labels = domain.split('.');
  if (labels.length > MOST_LABELS) return [];
  return labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join('.'));
}

/** The keyed hash of a domain: HMAC-SHA256, cut to 16 bytes. */
export function hashDomain(key: Buffer, domain: string): Buffer {
  return createHmac('sha256', key).update(`domain ${domain}`).digest().subarray(0, HASH_BYTES);
}
