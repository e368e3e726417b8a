import type { FastifyRequest } from 'fastify';
import { expect, test } from '@jest/globals';
import { WrongKeys } from '../../libs/platform/access/wrong-keys.js';
import type { Clock } from '../../libs/platform/clock/clock.js';
import { Outside } from '../../libs/platform/http/outside.js';

test('an address at the limit is refused before further work, until the minute has passed', () => {
  let now = 1_000_000;
  const outside = new Outside({ TRUSTED_PROXIES: 'none', PUBLIC_URL: undefined });
  const wrong = new WrongKeys(outside, { now: () => now } as Clock);
  const from = (remoteAddress: string) =>
    ({ raw: { headers: {}, socket: { remoteAddress } } }) as unknown as FastifyRequest;
  const ask = () => wrong.refuseAtLimit(from('203.0.113.9'), 'sign-ins');
  for (let i = 0; i < 10; i++) {
    ask();
    wrong.count(from('203.0.113.9'), 'sign-ins');
  }
  expect(ask).toThrow('Too many wrong sign-ins from this address. Try again in 60 s.');
  expect(() => wrong.refuseAtLimit(from('203.0.113.9'), 'keys')).not.toThrow();
  expect(() => wrong.refuseAtLimit(from('203.0.113.8'), 'sign-ins')).not.toThrow();
  now += 60_000;
  expect(ask).not.toThrow();
});
