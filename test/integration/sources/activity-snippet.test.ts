import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fastify from 'fastify';
import { activityReporter } from '../../../docs/snippets/activity.js';
import { waitFor } from '../../support/api.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { countsOf } from '../../support/sources.js';

const SEND_MS = 50;
const ACTIVE = 'user.active accepted';

const afterwards = cleanUpAfterAll();
let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

type WasActive = ReturnType<typeof activityReporter>;
type Request = IncomingMessage & { user?: { id: string } };

/** Who is signed in, as an application's own middleware finds out. */
const userOf = ({ headers }: IncomingMessage) => {
  return headers['x-user'] === undefined ? undefined : { id: String(headers['x-user']) };
};

/** Middleware as Express and Nest call it. */
async function startLikeExpress(wasActive: WasActive): Promise<string> {
  const middleware = (req: Request, _res: ServerResponse, next: () => void) => {
    wasActive(req.user?.id);
    next();
  };
  const server = createServer((req: Request, res) => {
    req.user = userOf(req);
    middleware(req, res, () => res.end('ok'));
  }).listen(0, '127.0.0.1');
  afterwards(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startFastify(wasActive: WasActive): Promise<string> {
  const app = fastify();
  app.addHook('preHandler', (request, _reply, done) => {
    wasActive(userOf(request.raw)?.id);
    done();
  });
  app.get('/', () => 'ok');
  afterwards(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

describe.each([
  ['Express', startLikeExpress],
  ['Fastify', startFastify],
])('behind %s', (name, start) => {
  test('each visiting user is reported once an hour, and no other user', async () => {
    const before = (await countsOf(service.api, 'default'))[ACTIVE] ?? 0;
    const origin = await start(activityReporter(service.origin, service.api.key, SEND_MS));
    const visit = (user?: string) =>
      fetch(origin, user === undefined ? {} : { headers: { 'x-user': `${name} ${user}` } });
    await Promise.all(['ada', 'ada', 'bob', undefined, 'ada'].map(visit));
    await visit('cid');
    await waitFor(async () => {
      const counts = await countsOf(service.api, 'default');
      return counts[ACTIVE] === before + 3 ? true : undefined;
    });
  });
});

test('activity that could not be delivered is delivered later, with its original time', async () => {
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      bodies.push(body);
      res.writeHead(bodies.length === 1 ? 503 : 200).end();
    });
  }).listen(0, '127.0.0.1');
  afterwards(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const wasActive = activityReporter(`http://127.0.0.1:${port}`, 'key', SEND_MS);
  wasActive('ada');
  const again = await waitFor(() => bodies[1]);
  expect(again).toBe(bodies[0]);
});
