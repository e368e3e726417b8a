import { expect, test } from '@jest/globals';
import { SENT, translated } from '../../support/translating.js';

const active = { type: 'user.active', data: { user_id: 'ada' } };

test('one native event or several are what they are; without a time it is the signature’s', () => {
  const told = { type: 'user.active', user_id: 'ada' };
  const time = '2026-01-30T08:00:00.000Z';
  expect(translated('standard', active)).toEqual([{ ...told, time: SENT }]);
  expect(translated('standard', [active, { ...active, id: 'mine', time }])).toEqual([
    { ...told, time: SENT },
    { ...told, time },
  ]);
});

test('each that is no event is said to be wrong', () => {
  expect(translated('standard', 'text')).toMatchObject([{ errors: expect.anything() }]);
  expect(translated('standard', [active, { ...active, type: 'user.moved' }])).toMatchObject([
    { type: 'user.active' },
    { errors: { type: expect.anything() } },
  ]);
});
