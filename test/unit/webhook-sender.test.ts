import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { SubscriptionMessage } from '#libs/contracts';
import { Outbound } from '../../libs/subscriptions/targets/outbound/outbound.js';
import type { Outgoing } from '../../libs/subscriptions/targets/target.js';
import { WebhookSender } from '../../libs/subscriptions/targets/webhook.sender.js';
import { answerWith, startReceiver, type Receiver } from '../support/receiver.js';

const SECRETS = ['n', 'o'].map((letter) => `whsec_${Buffer.alloc(32, letter).toString('base64')}`);
const message: SubscriptionMessage = {
  type: 'report.changed',
  timestamp: '2026-01-05T09:00:00.000Z',
  data: {
    ...{ subscription_id: 's1', report: 'org/churn', interval: '30' },
    from: { run_id: 'r1', report_time: 1_767_000_000 },
    to: { run_id: 'r2', report_time: 1_767_600_000 },
    counts: { entered: 0, left: 0 },
    ...{ entered: [], left: [] },
  },
};
const outgoing: Outgoing = {
  ...{ deliveryId: 'd_1', subscription: { id: 's1', name: 'Grüße 🚀' }, message, isDigest: false },
};

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(() => {
  receiver.received.length = 0;
  receiver.answer = answerWith(200);
});
afterAll(() => receiver.close());

const clock = { now: () => Date.now() };
const sender = new WebhookSender(new Outbound({ OUTBOUND_ALLOW_PRIVATE: true }), clock as never);
const send = (secrets = SECRETS, url = `${receiver.url}/hook`) =>
  sender.send({ kind: 'webhook', url }, outgoing, secrets, new AbortController().signal);

test('a receiver verifies the message with either secret, and not with another one', async () => {
  expect(await send()).toEqual({ result: 'delivered', status: 200 });
  const [{ headers, body, method }] = receiver.received as [Receiver['received'][0]];
  expect(method).toBe('POST');
  expect(body).toBe(JSON.stringify(message));
  expect(headers).toMatchObject({
    ...{ 'content-type': 'application/json', 'webhook-id': 'd_1' },
    'webhook-signature': expect.stringMatching(/^v1,\S+ v1,\S+$/) as unknown,
    'user-agent': expect.stringMatching(/^insightd\/\d+\.\d+\.\d+/) as unknown,
  });
  const given = headers as Record<string, string>;
  for (const secret of SECRETS) expect(new Webhook(secret).verify(body, given)).toEqual(message);
  const other = new Webhook(Buffer.alloc(32, 'x').toString('base64'));
  expect(() => other.verify(body, given)).toThrow(WebhookVerificationError);
});

test('a second attempt has the same id and body', async () => {
  receiver.answer = answerWith(503);
  await send();
  receiver.answer = answerWith(204);
  expect(await send()).toEqual({ result: 'delivered', status: 204 });
  const [first, second] = receiver.received.map(({ headers, body }) => [
    headers['webhook-id'],
    body,
  ]);
  expect(second).toEqual(first);
});

test.each([
  [200, { result: 'delivered', status: 200 }],
  [299, { result: 'delivered', status: 299 }],
  [410, { result: 'gone', status: 410 }],
  [404, { result: 'failed', status: 404, error: '127.0.0.1 answered with 404.' }],
  [500, { result: 'failed', status: 500, error: '127.0.0.1 answered with 500.' }],
])('the status %i gives %j', async (status, attempt) => {
  receiver.answer = answerWith(status, 'a body that is not repeated');
  expect(await send()).toEqual(attempt);
});

test.each([301, 302, 303, 304, 307, 308])('the redirect %i is a failure', async (status) => {
  receiver.answer = answerWith(status, '', { location: `${receiver.url}/elsewhere` });
  const error = `127.0.0.1 answered with the redirect ${status}, which is not followed: enter the final URL.`;
  expect(await send()).toEqual({ result: 'failed', status, error });
  expect(receiver.received.map(({ url }) => url)).toEqual(['/hook']);
});

test('a receiver that cannot be reached is a failure without a status', async () => {
  const refusing = new WebhookSender(
    new Outbound({ OUTBOUND_ALLOW_PRIVATE: false }),
    clock as never,
  );
  const target = { kind: 'webhook' as const, url: `${receiver.url}/secret` };
  const attempt = await refusing.send(target, outgoing, SECRETS, new AbortController().signal);
  expect(attempt).toMatchObject({ result: 'failed', status: null });
  expect(JSON.stringify(attempt)).not.toContain('secret');
  expect(receiver.received).toEqual([]);
});
