import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  authJsEvents,
  betterAuthHooks,
  betterAuthOrganizationHooks,
  betterAuthUserDeleted,
  eventSender,
} from '../../../docs/snippets/auth-events.js';
import { operationsOf, replyCheck, type Document } from '../../support/contract.js';
import { TEST_KEY } from '../../support/service.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const RECIPES = readFileSync('docs/recipes.md', 'utf8');
const SECRET = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

type Code = (this: object, input: object, env: object, require: NodeJS.Require) => Promise<unknown>;
/** The body of an async function, as n8n wraps the code of a node. */
const wrapped = (code: string): string => `return (async () => {${code}})()`;

test('the code for n8n takes a signed message and refuses all others', async () => {
  const code = /```js\n([\s\S]*?)```/.exec(RECIPES)![1]!;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the page is run
  const run = new Function('$input', '$env', 'require', wrapped(code)) as Code;
  const message = JSON.parse(/```json\n([\s\S]*?)```/.exec(RECIPES)![1]!) as {
    data: { entered: object[] };
  };
  const body = JSON.stringify(message);
  const deliver = (at: Date, signature: string) => {
    const headers = {
      ...{ 'webhook-id': 'd1', 'webhook-signature': signature },
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    };
    const helpers = { getBinaryDataBuffer: () => Promise.resolve(Buffer.from(body)) };
    const input = { first: () => ({ json: { headers } }) };
    const env = { INSIGHTD_SECRET: SECRET };
    return run.call({ helpers }, input, env, createRequire(import.meta.url));
  };
  const sign = (secret: string, at: Date) => new Webhook(secret).sign('d1', at, body);
  const now = new Date();
  const other = sign(`whsec_${Buffer.alloc(32, 'x').toString('base64')}`, now);
  const accepted = [{ json: message.data.entered[0] }];
  expect(await deliver(now, sign(SECRET, now))).toEqual(accepted);
  expect(await deliver(now, `${other} ${sign(SECRET, now)}`)).toEqual(accepted);
  await expect(deliver(now, other)).rejects.toThrow('not sent by insightd');
  const old = new Date(now.getTime() - 600_000);
  await expect(deliver(old, sign(SECRET, old))).rejects.toThrow('not sent by insightd');
});

test('the queries for Grafana are answered as OpenAPI says, with the root and the columns of the table', async () => {
  const { body: document } = await service.api.get<Document>('/openapi.json');
  const check = replyCheck(document);
  const rows = [...RECIPES.matchAll(/^\| [\w ]+\| `(\/api[^`]+)` +\| `(\w+)` +\| (.+) \|$/gm)];
  expect(rows).toHaveLength(3);
  for (const [, url, root, columns] of rows as unknown as [string, string, string, string][]) {
    const path = url.split('?')[0]!;
    const operation = operationsOf(document).find(({ method, path: known }) => {
      const pattern = new RegExp(`^${known.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      return method.toLowerCase() === 'get' && pattern.test(path);
    })!;
    const headers = { Authorization: `Bearer ${TEST_KEY}` };
    const response = await fetch(service.origin + url, { headers });
    const text = await response.text();
    const type = response.headers.get('content-type');
    expect([url, response.status, check(operation, 200, type, text)]).toEqual([url, 200, []]);
    expect(JSON.parse(text)).toHaveProperty(root);
    const schemas = JSON.stringify(document.components.schemas);
    for (const [, column] of columns.matchAll(/`([a-z_]+)`/g))
      expect(schemas).toContain(`"${column}"`);
  }
});

test('the hooks of Better Auth and Auth.js report users, organizations and sign-ins', async () => {
  const send = eventSender(service.origin, TEST_KEY);
  const createdAt = new Date(Date.now() - 86_400_000);
  const user = { id: 'ba 1', email: 'ann@acme.example', name: 'Ann van Lee', createdAt };
  const organization = { id: 'ba org', name: 'Acme', createdAt };
  const member = { userId: user.id, role: 'owner' };
  const hooks = betterAuthHooks(send);
  const orgs = betterAuthOrganizationHooks(send);
  await hooks.user.create.after(user);
  await hooks.session.create.after({ userId: user.id });
  await orgs.afterCreateOrganization({ organization, member });
  await hooks.user.update.after({ ...user, name: 'Ann Lee' });
  await orgs.afterUpdateMemberRole({ organization, member: { ...member, role: 'admin' } });
  const events = authJsEvents(send);
  await events.createUser({ user: { id: 'aj 1', email: 'bo@acme.example', name: null } });
  await events.signIn({ user: { id: 'aj 1' } });
  await service.api.run();
  const path = '/api/insights/v1/users';
  const { body: ann } = await service.api.get<object>(`${path}/${encodeURIComponent(user.id)}`);
  expect(ann).toMatchObject({
    user: { email: user.email, first_name: 'Ann', last_name: 'Lee' },
    orgs: [{ org_id: organization.id, name: 'Acme', role: 'admin' }],
  });
  const { body: bo } = await service.api.get<object>(`${path}/aj%201`);
  expect(bo).toMatchObject({ user: { email: 'bo@acme.example', first_name: null } });
  await betterAuthUserDeleted(send)(user);
  const { status } = await service.api.get(`${path}/${encodeURIComponent(user.id)}`);
  expect(status).toBe(404);
});
