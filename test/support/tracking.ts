import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { Api, Reply } from './api.js';

export type Call = Record<string, unknown>;

/** The header in which tracking libraries send a key. */
export function basic(key: string): string {
  return `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
}

/** Sends a body to a path of the tracking API, like its libraries. */
export function sendCalls(
  api: Api,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<{ success?: boolean }>> {
  return api.post(`/v1/${path}`, body, { Authorization: basic(api.key), ...headers });
}

/** A request of a library. */
export interface LibraryRequest {
  library: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/**
 * Requests of the libraries for other languages, copied from their sources: an `identify` of a user with the name of
 * the library.
 */
export function libraryRequests(key: string): LibraryRequest[] {
  const at = '2026-01-31T12:00:00';
  const identify = (library: string, timestamp: string, more: Call = {}) => ({
    ...{ type: 'identify', userId: library, messageId: library, timestamp },
    ...{ traits: { email: `${library}@x.example` }, ...more },
  });
  const json = { 'Content-Type': 'application/json' };
  const withBasic = { ...json, Authorization: basic(key) };
  const request = (library: string, path: string, headers: Record<string, string>, body: Call) => ({
    ...{ library, path, headers, body: JSON.stringify(body) },
  });
  const batch = (library: string, timestamp: string, more: Call = {}) => [
    identify(library, timestamp, more),
  ];
  return [
    request('ruby', '/v1/import', withBasic, {
      ...{ sentAt: `${at}.123Z`, batch: batch('ruby', `${at}.123Z`, { anonymousId: null }) },
    }),
    request('java', '/v1/import/', withBasic, {
      ...{ batch: batch('java', `${at}.123Z`), sentAt: `${at}.123Z`, sequence: 1 },
      ...{ context: { library: { name: 'analytics-java' } }, writeKey: key },
    }),
    request('clojure', '//v1/import/', withBasic, { batch: batch('clojure', `${at}.123Z`) }),
    request('go', '/v1/batch', withBasic, {
      ...{ messageId: 'go-batch', sentAt: `${at}.123456789Z`, context: {} },
      batch: batch('go', `${at}.123456789+01:00`),
    }),
    request('php', '/v1/batch', withBasic, {
      ...{ sentAt: `${at}+00:00`, batch: batch('php', `${at}+00:00`, { context: [] }) },
    }),
    request('python', '/v1/batch', json, {
      ...{ sentAt: `${at}.123456+00:00`, batch: batch('python', `${at}.123456+00:00`) },
      writeKey: key,
    }),
    {
      ...{ library: 'python gzip', path: '/v1//batch' },
      headers: { ...json, 'Content-Encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ batch: batch('python gzip', `${at}+00:00`), writeKey: key })),
    },
    request('swift', '/v1/batch', withBasic, {
      ...{ batch: batch('swift', `${at}.123+0000`), sentAt: `${at}.123+0000`, writeKey: key },
    }),
    request(
      'beacon',
      `/v1/i/?writeKey=${key}`,
      { 'Content-Type': 'text/plain' },
      {
        ...identify('beacon', `${at}.123Z`),
      },
    ),
    request('browser', '/v1/i', json, { ...identify('browser', `${at}.123Z`), writeKey: key }),
  ];
}
