import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that serves a service below a path, which it removes and passes on in X-Forwarded-Prefix. */
export async function startPrefixProxy(
  target: string,
  prefix: string,
): Promise<{ origin: string; close: () => void }> {
  const { hostname, port } = new URL(target);
  const server = createServer((from, to) => {
    const { method, url = '/' } = from;
    if (!url.startsWith(`${prefix}/`)) return void to.writeHead(404).end();
    const headers = { ...from.headers, 'x-forwarded-prefix': prefix };
    const path = url.slice(prefix.length);
    const passed = request({ hostname, port, path, method, headers }, (reply) => {
      to.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(to);
    });
    passed.on('error', () => to.destroy());
    from.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
