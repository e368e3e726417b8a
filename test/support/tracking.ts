import { Buffer } from 'node:buffer';
import type { Api, Reply } from './api.js';

export type Call = Record<string, unknown>;

/** The header in which tracking libraries send a key. */
export function basic(key: string): string {
  return `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
}

/** Sends a body to a path of the tracking API, as its libraries do. */
export function sendCalls(
  api: Api,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<{ success?: boolean }>> {
  return api.post(`/v1/${path}`, body, { Authorization: basic(api.key), ...headers });
}
