import { hash as digest } from 'node:crypto';

/** What the store keeps of a secret: its SHA-256, which is enough for 256 random bits. */
export function hash(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(digest('sha256', secret, 'buffer'));
}
