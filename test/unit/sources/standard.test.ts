import { expect, test } from '@jest/globals';
import { Sources } from '#libs/ingest';
import { isWebhook } from '../../../libs/ingest/sources/source.js';
import { SENT, translated } from '../../support/translating.js';

const active = { type: 'user.active', data: { user_id: 'ada' } };

test('one or several native events are passed through; without a time they have the signature’s', () => {
  const event = { type: 'user.active', user_id: 'ada' };
  const time = '2026-01-30T08:00:00.000Z';
  expect(translated('standard', active)).toEqual([{ ...event, time: SENT }]);
  expect(translated('standard', [active, { ...active, id: 'mine', time }])).toEqual([
    { ...event, time: SENT },
    { ...event, time },
  ]);
});

test('each invalid event is rejected with the reason', () => {
  expect(translated('standard', 'text')).toMatchObject([{ errors: expect.anything() }]);
  expect(translated('standard', [active, { ...active, type: 'user.moved' }])).toMatchObject([
    { type: 'user.active' },
    { errors: { type: expect.anything() } },
  ]);
});

test('a secret is whsec_ followed by at least 16 bytes of base64', async () => {
  const source = (await Sources.load()).get('standard')!;
  if (!isWebhook(source)) throw new Error('standard is no webhook');
  const problem = (bytes: number) =>
    source.secretProblem(`whsec_${Buffer.alloc(bytes, 7).toString('base64')}`);
  expect([problem(24), problem(16)]).toEqual([undefined, undefined]);
  expect([problem(15), problem(1), problem(0)]).not.toContain(undefined);
  for (const wrong of ['', 'v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_!!!!']) {
    expect(source.secretProblem(wrong)).toMatch(/^must/);
  }
});
