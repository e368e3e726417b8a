import { hash as digest } from 'node:crypto';

/** The SHA-256 of a secret, which the store keeps instead of it. That is enough for secrets of 256 random bits. */
export function hash(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(digest('sha256', secret, 'buffer'));
}
