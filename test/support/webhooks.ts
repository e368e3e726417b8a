import { createHmac, randomBytes } from 'node:crypto';
import type { Api, Reply } from './api.js';

export interface Signed {
  source: string;
  body: string;
  headers: Record<string, string>;
}

/** A random secret of the Standard Webhooks scheme. */
export function standardSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** The signature of a message; by default now, with a new id. */
export interface Signing {
  id?: string;
  /** ms since 1970 */
  at?: number;
  prefix?: 'svix' | 'webhook';
}

let made = 0;

/** A message signed by the Standard Webhooks scheme; a text `body` is sent unchanged. */
export function signStandard(
  source: string,
  secret: string,
  body: unknown,
  { id = `msg_${(made += 1)}`, at = Date.now(), prefix = 'webhook' }: Signing = {},
): Signed {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const seconds = Math.floor(at / 1000);
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${text}`).digest('base64');
  const headers = {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(seconds),
    [`${prefix}-signature`]: `v1,${signature}`,
  };
  return { source, body: text, headers };
}

/** Delivers a message like its sender. */
export function deliver(
  api: Api,
  { source, body, headers }: Signed,
): Promise<Reply<{ outcome: string }>> {
  return api.post(`/webhooks/${source}`, body, { Authorization: '', ...headers });
}
