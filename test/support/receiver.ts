import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server on loopback that keeps every request. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Answers the next requests; 200 without a body at first. */
  answer: (reply: ServerResponse) => void;
  close: () => Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      receiver.received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      receiver.answer(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: (reply) => reply.end(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** Answers with a status, headers and a body. */
export const answerWith =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  (reply: ServerResponse): void => {
    reply.writeHead(status, headers).end(body);
  };
