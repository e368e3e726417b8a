import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** How long a person has to sign in at the provider. */
export const FLOW_MS = 10 * 60_000;

/** A sign-in between the redirect to the provider and the way back. Kept in a cookie of the browser. */
export interface Flow {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** The path below the dashboard to open afterwards. */
  returnTo: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The key of the cookies: all processes of an installation have it, and a new client secret ends all flows. */
export function flowKey(clientSecret: string, issuer: string): Buffer {
  return Buffer.from(hkdfSync('sha256', clientSecret, issuer, 'insightd sign-in', 32));
}

/** Encrypts and authenticates a flow: base64url, a few hundred characters. */
export function sealFlow(flow: Flow, key: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  const content = Buffer.concat([cipher.update(JSON.stringify(flow), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url');
}

/** @returns undefined when the text was not sealed with this key, or has expired */
export function openFlow(sealed: string, key: Buffer, now: number): Flow | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const content = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8');
    const flow = JSON.parse(content + decipher.final('utf8')) as Flow;
    // One that expires too late began while the clock was ahead.
    return flow.expiresAt > now && flow.expiresAt <= now + 2 * FLOW_MS ? flow : undefined;
  } catch {
    return undefined;
  }
}
