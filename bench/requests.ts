import { KEY, type Service } from './processes.js';

const AUTHORIZATION = `Bearer ${KEY}`;

/** The bytes of a request. */
export function rawGet(path: string): Buffer {
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`,
  );
}

/** The bytes of a request that sends events. */
export function rawEvents(body: Buffer): Buffer {
  const head =
    `POST /api/ingest/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: ${AUTHORIZATION}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Requests JSON. @throws Error with the reply when its status is not a success */
export async function askJson<T>(
  { origin }: Pick<Service, 'origin'>,
  path: string,
  body?: object,
): Promise<T> {
  const reply = await fetch(origin + path, {
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}: ${text}`);
  return JSON.parse(text) as T;
}
