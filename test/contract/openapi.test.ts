import { execFile } from 'node:child_process';
import {
  cpSync,
  readdirSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_TYPES } from '#libs/contracts';
import { waitFor } from '../support/api.js';
import { ask as askStore } from '../support/database.js';
import { operationsOf, replyCheck, type Document, type Operation } from '../support/contract.js';
import { plantKey } from '../support/keys.js';
import { startTestService, TEST_KEY, TEST_SECRET, type TestService } from '../support/service.js';
import { AS_OF, WORLD } from '../support/small-world.js';
import { mcpCases } from './mcp-cases.js';
import { SEGMENT, SUBSCRIPTION, goodRequests, type Asked } from './requests.js';

const run = promisify(execFile);
/** Low enough that a burst exceeds it, and higher than the other tests need. */
const READS_A_SECOND = 300;

let service: TestService;
let document: Document;
let operations: Operation[];
let check: ReturnType<typeof replyCheck>;
let folder: string;
let runId: string;
let spareRunId: string;
let spareKeyId: string;
let segmentIds: string[];
let subscriptionIds: string[];
let deliveryId: string;

beforeAll(async () => {
  service = await startTestService({
    READ_RATE_LIMIT: String(READS_A_SECOND),
    // The target of the test's subscriptions.
    OUTBOUND_ALLOW_PRIVATE: 'true',
    // Nothing listens there: no e-mail is sent.
    ...{ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'insightd@example.com' },
  });
  document = (await service.api.get<Document>('/openapi.json')).body;
  operations = operationsOf(document);
  check = replyCheck(document);
  // Inside the checkout, where the packages are found.
  mkdirSync('dist/contract', { recursive: true });
  folder = mkdtempSync(join('dist/contract', 'run-'));
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  await service.api.ingest(WORLD);
  spareRunId = (await service.api.run('2025-02-15')).run_id;
  await service.api.run('2025-03-01');
  runId = (await service.api.run(AS_OF)).run_id;
  spareKeyId = (await plantKey(service.databaseUrl, 'spare', 'read')).split('_')[1]!;
  const saved = () => service.api.post<{ id: string }>('/api/insights/v1/segments', SEGMENT);
  segmentIds = [(await saved()).body.id, (await saved()).body.id];
  const subscribed = () =>
    service.api.post<{ id: string }>('/api/insights/v1/subscriptions', SUBSCRIPTION);
  subscriptionIds = [(await subscribed()).body.id, (await subscribed()).body.id];
  const tests = `/api/insights/v1/subscriptions/${subscriptionIds[0]}/test`;
  deliveryId = (await service.api.post<{ id: string }>(tests, {})).body.id;
  await waitFor(async () => {
    const sql = `select from subscription_deliveries where id = '${deliveryId}' and state <> 'waiting'`;
    return (await askStore(service.databaseUrl, sql)).length > 0 ? true : undefined;
  });
  // Two dead letters: one of an event, one that is no event at all.
  await service.api.post('/api/ingest/v1/events', [{ id: 'x', type: 'user.active' }, 1]);
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Requests an operation. @returns the deviations of the reply from the document */
async function ask(operation: Operation, asked: Asked = {}) {
  const { key = TEST_KEY, path = {}, query = '', body, headers } = asked;
  const address = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(path[name]!),
  );
  const response = await fetch(`${service.origin}${address}?${query}`, {
    method: operation.method,
    headers: {
      ...(key !== '' && { Authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: body as string }),
  });
  const { status } = response;
  const text = await response.text();
  const wrong = check(operation, status, response.headers.get('content-type'), text);
  return { status, text, wrong, headers: response.headers };
}

/** A cookie of a browser that is signed in. */
let cookie = '';
const json = (value: unknown): string => JSON.stringify(value);
const GOOD = goodRequests({
  runId: () => runId,
  spareRunId: () => spareRunId,
  segmentId: () => segmentIds[0]!,
  spareSegmentId: () => segmentIds[1]!,
  subscriptionId: () => subscriptionIds[0]!,
  spareSubscriptionId: () => subscriptionIds[1]!,
  deliveryId: () => deliveryId,
  spareKeyId: () => spareKeyId,
  cookie: () => cookie,
});

describe('the OpenAPI description', () => {
  test('describes every endpoint under a unique name', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/^[a-z][a-zA-Z]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    // A new operation needs a successful request here.
    expect(Object.keys(GOOD).sort()).toEqual(ids.sort());
  });

  test('has a schema for every reply, and no schema that accepts anything', () => {
    for (const { operationId, responses } of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        const schemas = Object.values(content ?? {}).map(
          ({ schema }) => Object.keys(schema).length,
        );
        const isEmpty = status === '204';
        expect([operationId, status, content === undefined]).toEqual([
          operationId,
          status,
          isEmpty,
        ]);
        expect(schemas).not.toContain(0);
      }
    }
    expect(anything(document.components.schemas)).toEqual([]);
  });

  /** The places in which a schema does not restrict a value. */
  function anything(value: unknown, place = ''): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries<unknown>({ ...value }).flatMap(([name, part]) => {
      const isEmpty = typeof part === 'object' && part !== null && Object.keys(part).length === 0;
      // Of an object whose members others define.
      const isOpen = name === 'additionalProperties' || name === 'properties';
      if (isEmpty) return isOpen ? [] : [`${place}/${name}`];
      return anything(part, `${place}/${name}`);
    });
  }

  test('has a component for each of the eleven event types', () => {
    const { discriminator } = document.components.schemas['Event'] as {
      discriminator: { mapping: Record<string, string> };
    };
    expect(Object.keys(discriminator.mapping)).toEqual(EVENT_TYPES);
    for (const [type, reference] of Object.entries(discriminator.mapping)) {
      const schema = document.components.schemas[reference.split('/').at(-1)!];
      expect(schema).toMatchObject({ properties: { type: { enum: [type] } } });
    }
  });

  test('passes the linter', async () => {
    const redocly = 'node_modules/@redocly/cli/bin/cli.js';
    const parts = [
      'lint',
      '--config',
      'redocly.yaml',
      '--format=json',
      join(folder, 'openapi.json'),
    ];
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', NODE_OPTIONS: '' };
    const { stdout } = await run(process.execPath, [redocly, ...parts], { env });
    expect((JSON.parse(stdout) as { totals: object }).totals).toMatchObject({
      errors: 0,
      warnings: 0,
    });
  });
});

test('a client generated from the description compiles and calls every endpoint without a cast', async () => {
  const client = 'test/contract/client';
  const sources = readdirSync(client).filter((name) => name.endsWith('.ts'));
  const program = sources.map((name) => readFileSync(join(client, name), 'utf8')).join('');
  const used = [...program.matchAll(/\.(GET|POST|PUT|DELETE)\(\s*'([^']+)'/g)];
  const calls = new Set([
    ...used.map(([, method, path]) => `${method} ${path}`),
    'POST /api/ingest/v1/events',
  ]);
  expect([...calls].sort()).toEqual(
    operations.map(({ method, path }) => `${method} ${path}`).sort(),
  );
  expect(program).not.toMatch(/\bas (?!const)|\bany\b|@ts-/);
  cpSync(client, folder, { recursive: true });
  const node = (...parts: string[]) =>
    run(process.execPath, parts, { env: { ...process.env, NODE_OPTIONS: '' } });
  const generated = join(folder, 'api.ts');
  const generator = 'node_modules/openapi-typescript/bin/cli.js';
  await node(generator, join(folder, 'openapi.json'), '-o', generated);
  const compiled = await node('node_modules/typescript/lib/tsc.js', '-p', folder).catch(
    (error: { stdout: string }) => error,
  );
  expect(compiled.stdout).toBe('');
  await node(join(folder, 'program.js'), service.origin, TEST_KEY, TEST_SECRET);
});

describe('every reply matches the description', () => {
  const named = (id: string) => operations.find(({ operationId }) => operationId === id)!;

  test('when the request succeeds', async () => {
    const signedIn = await ask(named('signIn'), GOOD['signIn']!()[0]);
    cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    for (const operation of operations) {
      for (const asked of GOOD[operation.operationId]!()) {
        const { status, wrong, text } = await ask(operation, asked);
        expect([operation.operationId, status < 300 ? status : text, wrong]).toEqual([
          ...[operation.operationId, expect.any(Number), []],
        ]);
      }
    }
  });

  test('when the key is missing or has another scope', async () => {
    const scopes = ['read', 'ingest'] as const;
    const weak = await Promise.all(
      scopes.map((scope) => plantKey(service.databaseUrl, `only ${scope}`, scope)),
    );
    const closed = operations.filter(({ security }) => security.some((way) => 'key' in way));
    expect(closed.length).toBeGreaterThan(20);
    for (const operation of closed) {
      const [asked] = GOOD[operation.operationId]!();
      const replies = [await ask(operation, { ...asked, key: '' })];
      for (const key of weak) replies.push(await ask(operation, { ...asked, key }));
      const statuses = replies.map(({ status }) => status);
      expect([operation.operationId, replies.flatMap(({ wrong }) => wrong), statuses]).toEqual([
        ...[operation.operationId, [], expect.arrayContaining([401, 403])],
      ]);
    }
  });

  test('when a query parameter is wrong, and names the parameter', async () => {
    let asked = 0;
    for (const operation of operations) {
      const limited = operation.parameters.filter(({ in: place, schema }) => {
        const isFree = !('enum' in schema || 'format' in schema || schema['type'] === 'integer');
        return place === 'query' && !isFree;
      });
      for (const { name, schema } of limited) {
        const [good] = GOOD[operation.operationId]!();
        const bad = ['x', ...bounds(schema)];
        for (const value of bad) {
          const { status, wrong, text } = await ask(operation, {
            ...good,
            query: `${name}=${value}`,
          });
          const found = [operation.operationId, name, value, status, wrong, text.includes(name)];
          expect(found).toEqual([operation.operationId, name, value, 400, [], true]);
          asked += 1;
        }
      }
    }
    expect(asked).toBeGreaterThan(30);
  });

  /** Whole numbers just outside of what a parameter may be. */
  function bounds({ minimum, maximum }: { minimum?: unknown; maximum?: unknown }): number[] {
    return typeof minimum === 'number' ? [minimum - 1, Number(maximum) + 1] : [];
  }

  test('when the path names something unknown', async () => {
    const unknown = operations.filter(({ parameters }) =>
      parameters.some((one) => one.in === 'path'),
    );
    expect(unknown.length).toBeGreaterThan(10);
    for (const operation of unknown) {
      const [good] = GOOD[operation.operationId]!();
      const path = Object.fromEntries(
        Object.keys(good!.path!).map((name) => [name, 'nothing-here']),
      );
      for (const [asked, expected] of [
        [{ ...good, path }, 404],
        [{ ...good, path: { ...path, [Object.keys(path)[0]!]: 'a\0b' } }, 404],
      ] as const) {
        const { status, wrong } = await ask(operation, asked);
        expect([operation.operationId, status, wrong]).toEqual([
          operation.operationId,
          expected,
          [],
        ]);
      }
    }
  });

  test('when the body, or a part of it, cannot be used', async () => {
    // The body of a click in a mail program says nothing, so none is wrong.
    const isRead = ({ operationId, body }: (typeof operations)[number]) =>
      body.length > 0 && operationId !== 'unsubscribe';
    const bodies: [string, Asked, number][] = [
      ...operations
        .filter((one) => isRead(one) && !('webhook-id' in (one.security[0] ?? {})))
        .map(({ operationId }): [string, Asked, number] => [operationId, { body: '{"' }, 400]),
      ['sendEvents', { body: json([{ id: 'y', type: 'nothing' }]) }, 400],
      ['sendEvents', { body: 'x', headers: { 'Content-Type': 'text/plain' } }, 415],
      ['sendEvents', { body: 'x', headers: { 'Content-Encoding': 'br' } }, 415],
      ['sendEvents', { body: new Uint8Array(17 * 1024 * 1024) }, 413],
      ['requestReportRun', { body: json({ as_of: '2999-01-01' }) }, 400],
      ['requestReportRun', { body: json({ asof: '2025-01-01', __proto__x: 1 }) }, 400],
      ['requestReportRun', { body: '{"__proto__":1}' }, 400],
      ['replayDeadLetters', { body: json({ ids: ['x'] }) }, 400],
      ['replayDeadLetters', { body: json({ cursor: '1' }) }, 400],
      ['signIn', { body: json({}) }, 400],
      ['signIn', { body: json({ key: 'wrong' }) }, 401],
      ['getSession', { key: '' }, 401],
      ['signOut', { key: '' }, 403],
      ['receiveWebhook', { key: '', body: '{}' }, 401],
      ['receiveWebhook', { key: '', path: { source: 'clerk' }, body: '{}' }, 404],
    ];
    for (const [id, asked, expected] of bodies) {
      const [good] = GOOD[id]!();
      const unsigned = asked.headers ?? {};
      const { status, wrong } = await ask(named(id), { ...good, ...asked, headers: unsigned });
      expect([id, asked.body?.slice(0, 40), status, wrong]).toEqual([
        ...[id, asked.body?.slice(0, 40), expected, []],
      ]);
    }
  });

  // The last test: it uses up the key's reads and the address's sign-in attempts.
  test('when the rate limit is reached', async () => {
    for (const id of ['getUserReport', 'getSummary', 'signIn']) {
      const [good] = GOOD[id]!();
      const asked = id === 'signIn' ? { ...good, body: json({ key: 'wrong' }) } : good;
      const limited = await waitFor(async () => {
        const burst = Array.from({ length: 2 * READS_A_SECOND }, () => ask(named(id), asked));
        return (await Promise.all(burst)).find(({ status }) => status === 429);
      });
      expect([id, limited.wrong, limited.text.length > 10]).toEqual([id, [], true]);
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
  });
});

mcpCases(() => service);
