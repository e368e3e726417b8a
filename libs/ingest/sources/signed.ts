import type { IncomingHttpHeaders } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const PREFIX = 'whsec_';
/** Shorter ones can be guessed. Those that senders make have 24 bytes or more. */
const MIN_SECRET_BYTES = 16;
const HEADERS = ['id', 'timestamp', 'signature'];

/** What is wrong with a secret of the Standard Webhooks scheme, as the end of a sentence. */
export function standardSecretProblem(secret: string): string | undefined {
  const problem = 'must be whsec_ and then base64, as it is shown where the endpoint is made';
  if (!secret.startsWith(PREFIX)) return problem;
  try {
    new Webhook(secret);
  } catch {
    return problem;
  }
  const bytes = Buffer.from(secret.slice(PREFIX.length), 'base64').length;
  return bytes < MIN_SECRET_BYTES
    ? `must have at least ${MIN_SECRET_BYTES} bytes in base64`
    : undefined;
}

/**
 * Proves a message of the Standard Webhooks scheme, whose headers begin with `webhook-`, or with
 * `svix-` in the scheme it came from: HMAC-SHA256 over `id.timestamp.body`, at most 5 minutes old.
 */
export function verifyStandard(
  headers: IncomingHttpHeaders,
  raw: Buffer,
  secrets: readonly string[],
): { id: string; at: number } | undefined {
  const prefix = headers['svix-id'] === undefined ? 'webhook' : 'svix';
  const given = Object.fromEntries(
    HEADERS.map((name) => [`webhook-${name}`, String(headers[`${prefix}-${name}`] ?? '')]),
  );
  if (!secrets.some((secret) => isSigned(secret, raw, given))) return undefined;
  return { id: given['webhook-id']!, at: parseInt(given['webhook-timestamp']!, 10) * 1000 };
}

function isSigned(secret: string, raw: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(raw, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
