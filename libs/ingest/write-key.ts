import type { FastifyRequest } from 'fastify';
import { isObject } from '#libs/contracts';
import { unzipped } from './read-events.js';

/**
 * Bytes of a body, packed and unpacked, that are read for a key, before the sender is known. Libraries that
 * put the key there send 500 kB at most.
 */
const MAX_BYTES = 512 * 1024;
/** Deeper JSON is not read for a key: 500,000 brackets take JSON.parse a hundred times as long as calls do. */
const MAX_DEPTH = 64;

/**
 * The key of a request to the tracking API: the user name of Basic, else `writeKey` in the query, else
 * `writeKey` in a body of up to 512 KiB.
 */
export async function writeKeyOf(request: FastifyRequest): Promise<string | undefined> {
  const { writeKey } = request.query as Record<string, unknown>;
  return (
    filled(basicUser(request.headers.authorization)) ?? filled(writeKey) ?? keyIn(request.body)
  );
}

/** The user name of Basic. A key may hold colons, but these senders give no password. */
function basicUser(header: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  return Buffer.from(encoded, 'base64').toString('utf8').replace(/:$/, '');
}

async function keyIn(body: unknown): Promise<string | undefined> {
  if (!Buffer.isBuffer(body) || body.length > MAX_BYTES) return undefined;
  try {
    const text = (await unzipped(body, MAX_BYTES)).toString('utf8');
    if (!text.includes('"writeKey"') || isDeep(text)) return undefined;
    const value: unknown = JSON.parse(text);
    return isObject(value) ? filled(value['writeKey']) : undefined;
  } catch {
    // No gzip, no JSON or too large unpacked: the request has no key, which is what its sender reads.
    return undefined;
  }
}

/** Whether a text of JSON is nested deeper than calls are. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (isInString) {
      if (sign === '\\') at++;
      else if (sign === '"') isInString = false;
    } else if (sign === '"') isInString = true;
    else if (sign === '[' || sign === '{') {
      if (++depth > MAX_DEPTH) return true;
    } else if (sign === ']' || sign === '}') depth--;
  }
  return false;
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
