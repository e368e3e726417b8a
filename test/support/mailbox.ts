import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** An e-mail that arrived. Header names are in lower case, and their values are unfolded. */
export interface Letter {
  from: string;
  to: string[];
  headers: Map<string, string>;
  text: string;
  html: string;
}

/** A mail server on loopback that keeps all messages. */
export interface Mailbox {
  url: string;
  letters: Letter[];
  /** The connections that are open. */
  openConnections: () => number;
  close: () => Promise<void>;
}

/** @param options such as `onRcptTo`, which may refuse recipients */
export async function startMailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const letters: Letter[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        letters.push({ from, to, ...parse(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
    ...options,
  });
  // A client that ends a connection early is an error of the server.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    letters,
    openConnections: () => server.connections.size,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function parse(raw: string): Pick<Letter, 'headers' | 'text' | 'html'> {
  const [headers, body] = partOf(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => partOf(part.trimStart()));
  const content = (type: string) => {
    const found = parts.find(([ofPart]) => ofPart.get('content-type')?.startsWith(type));
    return found ? decoded(...found) : '';
  };
  return { headers, text: content('text/plain'), html: content('text/html') };
}

function partOf(raw: string): [Map<string, string>, string] {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
  });
  return [new Map(headers), raw.slice(end + 4)];
}

function decoded(headers: Map<string, string>, body: string): string {
  const encoding = headers.get('content-transfer-encoding');
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  return unquoted(body.replace(/=\r\n/g, ''));
}

/** Decodes the words of RFC 2047 in a header. */
function words(value: string): string {
  return value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_word, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : unquoted(text.replaceAll('_', ' ')),
    );
}

function unquoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_code, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
