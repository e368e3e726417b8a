import type { Socket } from 'node:net';
import type { Problem } from '#libs/contracts';

const REFUSALS = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'Request Timeout', 'too_slow', 'The request took too long.']],
  [
    'HPE_HEADER_OVERFLOW',
    [431, 'Request Header Fields Too Large', 'too_large', 'The headers are too large.'],
  ],
] as const);
const UNREADABLE = [400, 'Bad Request', 'unreadable', 'This is not an HTTP/1.1 request.'] as const;

/** Answers a request that Node cannot parse, for which there is no reply object, and closes the connection. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy(error);
  const code = error.code as 'HPE_HEADER_OVERFLOW' | 'ERR_HTTP_REQUEST_TIMEOUT';
  const [status, title, errorCode, detail] = REFUSALS.get(code) ?? UNREADABLE;
  const problem = JSON.stringify({
    ...{ type: 'about:blank', title, status, code: errorCode, detail },
  } satisfies Problem);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(problem)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${problem}`, () => socket.destroySoon());
}
