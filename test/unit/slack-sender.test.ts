import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { digestOf } from '../../libs/subscriptions/targets/digest/digest.js';
import { Outbound } from '../../libs/subscriptions/targets/outbound/outbound.js';
import { SlackSender } from '../../libs/subscriptions/targets/slack.sender.js';
import { orgRow, outgoingOf } from '../support/outgoing.js';
import { answerWith, startReceiver, type Receiver } from '../support/receiver.js';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const outgoing = outgoingOf({ entered: [orgRow('o1', 'Acme')] });
const composer = {
  digest: () => Promise.resolve(digestOf(outgoing, new Map(), { timeZone: 'UTC', maxRows: 10 })),
};
const sender = new SlackSender(new Outbound({ OUTBOUND_ALLOW_PRIVATE: true }), composer as never);
const send = (given = outgoing) => {
  const target = { kind: 'slack' as const, url: `${receiver.url}/services/T0/B0/secret` };
  return sender.send(target, given, [], new AbortController().signal);
};

test('the message is posted as JSON', async () => {
  expect(await send()).toEqual({ result: 'delivered', status: 200 });
  const [{ headers, body }] = receiver.received as [Receiver['received'][0]];
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const message = JSON.parse(body) as { text: string; blocks: object[] };
  expect(message.text).toBe('Acme weekly: 1 organization went quiet');
  expect(message.blocks).toHaveLength(3);
});

test.each([
  [410, 'channel_is_archived', { result: 'gone', status: 410 }],
  [404, 'no_service', { result: 'gone', status: 404 }],
  [404, 'channel_not_found', { result: 'gone', status: 404 }],
  [404, '<html>', { result: 'failed', status: 404, error: '127.0.0.1 answered with 404.' }],
  [
    403,
    'action_prohibited',
    { result: 'failed', status: 403, error: '127.0.0.1 answered with 403 (action_prohibited).' },
  ],
  [429, '', { result: 'failed', status: 429, error: '127.0.0.1 answered with 429.' }],
])('the reply %i %s gives %j', async (status, body, attempt) => {
  receiver.answer = answerWith(status, body);
  expect(await send()).toEqual(attempt);
});

test('the later parts of a long message are not sent', async () => {
  receiver.received.length = 0;
  const part = { number: 2, of: 3 };
  expect(await send(outgoingOf({ part }))).toEqual({ result: 'delivered', status: null });
  expect(receiver.received).toEqual([]);
});
