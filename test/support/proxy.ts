import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy to a server that can be cut and restored. */
export interface Proxy {
  port: number;
  /** The number of connections that were ended so far. */
  readonly refused: number;
  /** Ends every connection and each new one, like a stopped server. */
  cut: () => void;
  /** Silently drops all data, like a pulled cable. */
  swallow: () => void;
  /** The same for the open connections; new ones work. */
  swallowOpen: () => void;
  restore: () => void;
  close: () => Promise<void>;
}

export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let refused = 0;
  let mode: 'open' | 'cut' | 'swallowing' = 'open';
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  };
  const server = createServer((client) => {
    keep(client);
    if (mode === 'cut') {
      refused++;
      return void client.destroy();
    }
    if (mode === 'swallowing') return void client.pause();
    const upstream = connect(target);
    keep(upstream);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.pipe(to);
      from.on('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const swallowOpen = () => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get refused() {
      return refused;
    },
    cut: () => {
      mode = 'cut';
      breakAll();
    },
    swallow: () => {
      mode = 'swallowing';
      swallowOpen();
    },
    swallowOpen,
    restore: () => {
      // The dropped data is lost, so those connections cannot be used again.
      if (mode === 'swallowing') breakAll();
      mode = 'open';
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
