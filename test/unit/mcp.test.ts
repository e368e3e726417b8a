import { expect, test } from '@jest/globals';
import { converse } from '../../libs/mcp/protocol.js';
import type { AnswersService } from '../../libs/mcp/answers.service.js';

const headers = new Headers({
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
});
const params = { name: 'summary', arguments: {} };
const question = { jsonrpc: '2.0', id: 7, method: 'tools/call', params };

/** Sends a message whose question is answered so. */
function send(body: unknown, answer: AnswersService['answer'], waitMs?: number) {
  const answers = { version: '1', answer } as AnswersService;
  return converse(answers, { headers, body, authorization: '' }, waitMs);
}

test('a list of messages is refused, because a cancelled one among them has no answer', async () => {
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
  const answer = () => Promise.resolve({ isError: false, reply: {} });
  await expect(send([question, cancelled], answer, 100)).rejects.toMatchObject({
    code: 'unreadable',
    message: 'Send one message per request.',
  });
  expect((await send(question, answer)).status).toBe(200);
});

test('a message without an answer in time is unavailable', async () => {
  const never = () => new Promise<never>(() => undefined);
  await expect(send(question, never, 20)).rejects.toMatchObject({ code: 'unavailable' });
});
