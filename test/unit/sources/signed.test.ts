import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  mayBeStandard,
  standardSecretProblem,
  verifyStandard,
} from '../../../libs/ingest/sources/signed.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const secretOf = (bytes: number, fill: string) =>
  `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const [SECRET, OTHER] = [secretOf(24, 'a'), secretOf(32, 'b')];
const BODY = Buffer.from('{"type": "user.active", "data": {"user_id": "caf\u00e9"}}');

/** Signed by the reference library, which is not what the service uses. */
function sign(secret: string, at: number, body = BODY): string {
  return new Webhook(secret).sign('msg_1', new Date(at), body.toString());
}

function headers(signature: string, at = NOW, prefix = 'webhook'): Record<string, string> {
  return {
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: String(Math.floor(at / 1000)),
    [`${prefix}-signature`]: signature,
  };
}

const MINUTES = 60_000;

describe('a signature of the reference library is valid', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['at once', headers(sign(SECRET, NOW)), [SECRET]],
    ['by svix-* headers', headers(sign(SECRET, NOW), NOW, 'svix'), [SECRET]],
    ['by the second of two secrets', headers(sign(SECRET, NOW)), [OTHER, SECRET]],
    [
      'by one of several signatures',
      headers(`v1a,xyz ${sign(OTHER, NOW)} ${sign(SECRET, NOW)}`),
      [SECRET],
    ],
    ['5 minutes ago', headers(sign(SECRET, NOW - 5 * MINUTES), NOW - 5 * MINUTES), [SECRET]],
    ['5 minutes ahead', headers(sign(SECRET, NOW + 5 * MINUTES), NOW + 5 * MINUTES), [SECRET]],
  ])('%s', (_what, given, secrets) => {
    expect(mayBeStandard(given, NOW)).toBe(true);
    const at = Number(given['webhook-timestamp'] ?? given['svix-timestamp']) * 1000;
    expect(verifyStandard(given, BODY, secrets, NOW)).toEqual({ id: 'msg_1', at });
  });

  test('for a body of any length', () => {
    for (const length of [0, 1, 63, 64, 65, 100_000]) {
      const body = Buffer.alloc(length, 'x');
      const given = headers(sign(SECRET, NOW, body));
      expect(verifyStandard(given, body, [SECRET], NOW)?.id).toBe('msg_1');
    }
  });
});

describe('a signature is invalid', () => {
  const right = sign(SECRET, NOW);
  const at = (minutes: number) => NOW + minutes * MINUTES;
  test.each<[string, Record<string, string>, boolean]>([
    ['another secret', headers(sign(OTHER, NOW)), true],
    ['another time', { ...headers(right), 'webhook-timestamp': String(NOW / 1000 + 1) }, true],
    ['another id', { ...headers(right), 'webhook-id': 'msg_2' }, true],
    ['a part of the signature', headers(right.slice(0, -2)), true],
    ['an empty signature', headers('v1,'), true],
    ['another version', headers(right.replace('v1,', 'v2,')), false],
    ['more than 5 minutes ago', headers(sign(SECRET, at(-5.1)), at(-5.1)), false],
    ['more than 5 minutes ahead', headers(sign(SECRET, at(5.1)), at(5.1)), false],
    ['an invalid time', { ...headers(right), 'webhook-timestamp': 'NaN' }, false],
    ['no headers', {}, false],
  ])('%s', (_what, given, mayBe) => {
    expect(mayBeStandard(given, NOW)).toBe(mayBe);
    expect(verifyStandard(given, BODY, [SECRET], NOW)).toBeUndefined();
  });

  test('for another body', () => {
    expect(verifyStandard(headers(right), Buffer.from('{}'), [SECRET], NOW)).toBeUndefined();
  });
});

test.each([
  [SECRET, undefined],
  [secretOf(16, 'a'), undefined],
  [SECRET.slice(6), /whsec_/],
  [`v1,${SECRET}`, /whsec_/],
  ['whsec_!!!!', /base64/],
  ['whsec_', /16 bytes/],
  ['whsec_eA==', /16 bytes/],
])('the form of the secret %s is checked', (secret, problem) => {
  if (problem) expect(standardSecretProblem(secret)).toMatch(problem);
  else expect(standardSecretProblem(secret)).toBeUndefined();
});
