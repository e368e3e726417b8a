import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which the test writes raw bytes, and the reply. */
export class RawConnection {
  private received = Buffer.alloc(0);
  isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (part: Buffer) => (this.received = Buffer.concat([this.received, part])));
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', () => undefined);
  }

  static async open(origin: string): Promise<RawConnection> {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  /** The text received so far. */
  get text(): string {
    return this.received.toString('latin1');
  }

  /** The statuses of the replies so far. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
  }

  write(part: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(part);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** The head of a request, with the required header lines. */
export function requestHead(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
