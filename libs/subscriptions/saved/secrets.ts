import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
/** The prefix of secrets of Standard Webhooks. */
const PREFIX = 'whsec_';

/** A new secret of a webhook. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}
