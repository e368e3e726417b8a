import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type Agent, type ClientRequestArgs } from 'node:http';
import https from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Outbound, type Transport } from '../../libs/subscriptions/targets/outbound/outbound.js';
import { answerWith, startReceiver, type Receiver } from '../support/receiver.js';

const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';
const PUBLIC = '93.184.215.14';
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(() => {
  receiver.received.length = 0;
  receiver.answer = answerWith(200);
});
afterAll(() => receiver.close());

/** The destinations that a request would have connected to. All connections go to the receiver instead. */
const connections: unknown[] = [];
class RecordingAgent extends http.Agent {
  override createConnection(options: ClientRequestArgs) {
    options.lookup!(options.host!, { all: true }, (_error, addresses) => {
      connections.push(addresses);
    });
    return connect(Number(new URL(receiver.url).port), '127.0.0.1');
  }
}

const resolved: string[] = [];
function outbound(addresses: string[][], transport: Partial<Transport> = {}, allows = false) {
  connections.length = resolved.length = 0;
  let call = 0;
  const resolve = (name: string) => {
    resolved.push(name);
    const answer = addresses[Math.min(call++, addresses.length - 1)] ?? [];
    return Promise.resolve(answer.map((address) => ({ address })));
  };
  const agentOf = () => new RecordingAgent() as Agent;
  return new Outbound({ OUTBOUND_ALLOW_PRIVATE: allows }, { resolve, agentOf, ...transport });
}

const never = new AbortController().signal;
const post = (sender: Outbound, url: string, signal = never, body = '{}') =>
  sender.post({ url, headers: {}, body }, signal);

test.each([
  ...['127.0.0.1', '10.0.0.8', '169.254.169.254', '100.64.3.1', '0.0.0.0', '192.168.1.1'],
  ...['::1', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:a00:1::1'],
])('a name that resolves to %s is refused, and no connection is made', async (address) => {
  const sender = outbound([[address]]);
  await expect(post(sender, 'https://hooks.example.com/secret')).rejects.toThrow(
    /^hooks\.example\.com has a loopback, private or reserved address.*OUTBOUND_ALLOW_PRIVATE=true\.$/,
  );
  expect({ resolved, connections }).toEqual({ resolved: ['hooks.example.com'], connections: [] });
});

test('a name with a public and a private address is refused', async () => {
  for (const addresses of [
    [PUBLIC, '10.0.0.1'],
    ['2606:4700::1111', '::1'],
  ]) {
    await expect(post(outbound([addresses]), 'http://two.example.com/')).rejects.toThrow('private');
    expect(connections).toEqual([]);
  }
});

test.each([
  ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0177.0.0.1/'],
  ...['http://127.1/', 'http://0/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::]/'],
  ...['http://[64:ff9b::a00:1]/', 'http://[fe80::1]/', 'https://169.254.169.254/latest/meta-data'],
])(
  'the address %s is refused without asking a resolver, and no connection is made',
  async (url) => {
    await expect(post(outbound([[PUBLIC]]), url)).rejects.toThrow('OUTBOUND_ALLOW_PRIVATE=true');
    expect({ resolved, connections }).toEqual({ resolved: [], connections: [] });
  },
);

test('a public name is resolved once, and the checked addresses are connected to', async () => {
  const sender = outbound([[PUBLIC, '2606:4700::1111'], ['127.0.0.1']]);
  const reply = await post(sender, 'http://moving.example.com/x?y=1', never, '{"a":"ö"}');
  expect(reply).toEqual({ status: 200, body: '' });
  expect(resolved).toEqual(['moving.example.com']);
  expect(connections).toEqual([
    [
      { address: PUBLIC, family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ],
  ]);
  const [{ method, url, headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  expect({ method, url, body }).toEqual({ method: 'POST', url: '/x?y=1', body: '{"a":"ö"}' });
  expect(headers).toMatchObject({ host: 'moving.example.com', connection: 'close' });
  await expect(post(sender, 'http://moving.example.com/')).rejects.toThrow('private');
  expect(receiver.received).toHaveLength(1);
});

test('a new target with a private address is refused, and a name is accepted', () => {
  const strict = new Outbound({ OUTBOUND_ALLOW_PRIVATE: false });
  expect(strict.problemOf('http://2130706433/x')).toMatch(/^127\.0\.0\.1 has a loopback, private/);
  expect(strict.problemOf('https://hooks.example.com/')).toBeUndefined();
  expect(outbound([], {}, true).problemOf('http://127.0.0.1/')).toBeUndefined();
});

test('a redirect is a reply, and nothing is sent to its address', async () => {
  receiver.answer = answerWith(307, 'moved', { location: `${receiver.url}/other` });
  const reply = await post(outbound([[PUBLIC]]), 'http://hooks.example.com/');
  expect(reply).toEqual({ status: 307, body: 'moved' });
  expect(receiver.received).toHaveLength(1);
});

test('with OUTBOUND_ALLOW_PRIVATE, a request goes to loopback through the agent of Node', async () => {
  const sender = new Outbound({ OUTBOUND_ALLOW_PRIVATE: true });
  expect(await post(sender, receiver.url)).toEqual({ status: 200, body: '' });
  const { port } = new URL(receiver.url);
  expect((await post(sender, `http://localhost:${port}/`)).status).toBe(200);
});

test('at most 4 KiB of a reply are read, and an endless reply ends', async () => {
  receiver.answer = (reply) => {
    reply.writeHead(200);
    const more = () => reply.write('x'.repeat(1_000)) && setImmediate(more);
    reply.on('drain', more).on('close', () => reply.removeAllListeners('drain'));
    more();
  };
  const { body } = await post(outbound([[PUBLIC]]), 'http://hooks.example.com/');
  expect(body).toBe('x'.repeat(4_096));
});

test('the limit covers the resolver, the headers and the body', async () => {
  const limitMs = 200;
  const slowResolver = outbound([], { limitMs, resolve: () => new Promise(() => undefined) });
  const late = 'hooks.example.com did not answer within 0.2 seconds.';
  await expect(post(slowResolver, 'http://hooks.example.com/')).rejects.toThrow(late);
  receiver.answer = () => undefined;
  const silent = outbound([[PUBLIC]], { limitMs });
  await expect(post(silent, 'http://hooks.example.com/')).rejects.toThrow(late);
  receiver.answer = (reply) => {
    reply.writeHead(202).write('begun');
  };
  expect(await post(silent, 'http://hooks.example.com/')).toEqual({ status: 202, body: 'begun' });
});

test('a stop of the process ends a request', async () => {
  const stop = new AbortController();
  receiver.answer = () => stop.abort();
  const sent = post(outbound([[PUBLIC]]), 'http://hooks.example.com/', stop.signal);
  await expect(sent).rejects.toThrow('insightd was stopped during the request.');
  const after = post(outbound([[PUBLIC]]), 'http://hooks.example.com/', stop.signal);
  await expect(after).rejects.toThrow('insightd was stopped');
});

test('errors name the host and nothing else of the URL', async () => {
  const closed = await closedPort();
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error('x'), { code }));
  const errors = await Promise.all([
    errorOf(outbound([[]]), 'http://a.example.com/T0/secret'),
    errorOf(outbound([], { resolve: failing('ENOTFOUND') }), 'http://a.example.com/T0/secret'),
    errorOf(new Outbound({ OUTBOUND_ALLOW_PRIVATE: true }), `http://127.0.0.1:${closed}/secret`),
  ]);
  expect(errors).toEqual([
    'The name a.example.com has no address: check the URL of the target.',
    'The name a.example.com cannot be resolved: check the URL of the target.',
    '127.0.0.1 refused the connection.',
  ]);
});

test.each([
  ['nothing', '', '127.0.0.1 closed the connection without a reply.'],
  ['other words than HTTP', 'SSH-2.0-x\r\n', '127.0.0.1 did not answer with HTTP.'],
  ['an upgrade', UPGRADE, '127.0.0.1 closed the connection without a reply.'],
  ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`, 'did not answer with HTTP.'],
])('a receiver that answers with %s is an error', async (_name, text, message) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(text));
  });
  const port = await listening(server);
  const error = await errorOf(
    new Outbound({ OUTBOUND_ALLOW_PRIVATE: true }),
    `http://127.0.0.1:${port}/`,
  );
  expect(error).toContain(message);
  server.close();
});

test('HTTPS needs a valid certificate for the name of the URL', async () => {
  const { key, cert } = certificateOf('hooks.test');
  const server = https.createServer({ key, cert }, (_request, reply) => reply.end('by TLS'));
  const port = await listening(server);
  const agentOf = () => new https.Agent({ ca: cert, keepAlive: false });
  const sender = outbound([['127.0.0.1']], { agentOf }, true);
  expect(await post(sender, `https://hooks.test:${port}/`)).toEqual({
    status: 200,
    body: 'by TLS',
  });
  const other = await errorOf(sender, `https://other.test:${port}/secret`);
  expect(other).toBe('The certificate of other.test is not valid (ERR_TLS_CERT_ALTNAME_INVALID).');
  const unknown = new Outbound({ OUTBOUND_ALLOW_PRIVATE: true });
  const untrusted = await errorOf(unknown, `https://127.0.0.1:${port}/secret`);
  expect(untrusted).toBe(
    'The certificate of 127.0.0.1 is not valid (DEPTH_ZERO_SELF_SIGNED_CERT).',
  );
  const plain = await errorOf(unknown, receiver.url.replace('http:', 'https:'));
  expect(plain).toBe('127.0.0.1 does not use TLS as expected: check the URL of the target.');
  server.close();
});

function certificateOf(name: string): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'insightd-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const options = `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name}`;
  const files = ['-keyout', key, '-out', cert, '-addext', `subjectAltName=DNS:${name}`];
  execFileSync('openssl', ['req', '-x509', ...options.split(' '), ...files], { stdio: 'ignore' });
  const read = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return read;
}

async function errorOf(sender: Outbound, url: string): Promise<string> {
  return post(sender, url).then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: Server | https.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
