import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../libs/platform/config/index.js';
import { isListed, listEntry } from '../../libs/platform/config/people-list.js';
import { identityOf } from '../../libs/platform/access/oidc/claims.js';
import { flowKey, openFlow, sealFlow, type Flow } from '../../libs/platform/access/oidc/flow.js';
import { returnPath } from '../../libs/platform/access/oidc/return-path.js';

const NOW = Date.UTC(2026, 0, 31);
const flow: Flow = {
  ...{ state: 's', nonce: 'n', codeVerifier: 'v', returnTo: '/users/ü?x=1' },
  expiresAt: NOW + 600_000,
};

describe('a flow in a cookie', () => {
  const key = flowKey('secret', 'https://id.example');
  const sealed = sealFlow(flow, key);

  test('can be opened until it expires', () => {
    expect(openFlow(sealed, key, NOW)).toEqual(flow);
    expect(openFlow(sealed, key, NOW + 600_000)).toBeUndefined();
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(sealFlow(flow, key)).not.toBe(sealed);
  });

  test('cannot be opened with another key, or when it was changed', () => {
    expect(openFlow(sealed, flowKey('secret', 'https://other.example'), NOW)).toBeUndefined();
    expect(openFlow(sealed, flowKey('other', 'https://id.example'), NOW)).toBeUndefined();
    for (let index = 0; index < sealed.length - 1; index += 7) {
      const other = sealed[index] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, index) + other + sealed.slice(index + 1);
      expect(openFlow(changed, key, NOW)).toBeUndefined();
    }
    for (const text of ['', 'A', 'A'.repeat(38), 'A'.repeat(400)]) {
      expect(openFlow(text, key, NOW)).toBeUndefined();
    }
  });
});

test.each([
  ['/', '/'],
  ['/reports/org/churn?interval=30#top', '/reports/org/churn?interval=30#top'],
  ['/a/../b', '/b'],
  ['', '/'],
  [undefined, '/'],
  [['/users', '/orgs'], '/'],
  ['users', '/'],
  ['///evil.example', '/'],
  ['/x/../..//evil.example', '/'],
  ['/ /evil.example', '/'],
  ['/\u00a0/evil.example', '/'],
  ['/\u200b', '/'],
  ['http:/evil.example', '/'],
  ['/session', '/'],
  ['/api/insights/v1/users/csv', '/'],
])('the page to return to of %j is %j', (given, path) => {
  expect(returnPath(given)).toBe(path);
});

test('addresses and domains are compared in lower case, and as a whole', () => {
  const list = ['Ann@Example.com', '@Else.Example'].map((entry) => listEntry(entry)!);
  expect(list).toEqual(['ann@example.com', '@else.example']);
  const listed = (email: string) => isListed(email, list);
  expect(['ann@example.com', 'any@else.example'].map(listed)).toEqual([true, true]);
  expect(['bob@example.com', 'any@sub.else.example', 'x@evil-else.example'].map(listed)).toEqual([
    ...[false, false, false],
  ]);
  for (const wrong of [
    '',
    'example.com',
    '@',
    'ann@',
    'a b@example.com',
    'a@b@c.example',
    '@a@b',
  ]) {
    expect(listEntry(wrong)).toBeUndefined();
  }
});

test('a name is shown without invisible characters, and cut', () => {
  const of = (name: unknown) =>
    identityOf({ email: 'a@b.example', email_verified: true, name }) as { name: string | null };
  expect(of(' Ann\u202e\n ').name).toBe('Ann');
  expect(of('x'.repeat(500)).name).toHaveLength(100);
  expect([of(7).name, of('\u200b').name]).toEqual([null, null]);
});

describe('the settings of OpenID Connect', () => {
  const whole = {
    OIDC_ISSUER: 'https://id.example',
    OIDC_CLIENT_ID: 'id',
    OIDC_CLIENT_SECRET: 'secret',
    OIDC_ALLOWED: 'a@b.example',
    PUBLIC_URL: 'https://x.example/insights/',
  };
  const problemOf = (change: Record<string, string>) => {
    try {
      readSettings({ ...whole, ...change });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each<[string, Record<string, string>, string | undefined]>([
    ['complete', {}, undefined],
    ['on this machine', { OIDC_ISSUER: 'http://localhost:9000/realm' }, undefined],
    ['with administrators alone', { OIDC_ALLOWED: '', OIDC_ADMINS: '@b.example' }, undefined],
    ['without PUBLIC_URL', { PUBLIC_URL: '' }, 'OIDC_ISSUER requires PUBLIC_URL'],
    ['without a client', { OIDC_CLIENT_ID: '' }, 'OIDC_ISSUER requires OIDC_CLIENT_ID'],
    ['without a secret', { OIDC_CLIENT_SECRET: '' }, 'OIDC_ISSUER requires OIDC_CLIENT_SECRET'],
    ['without people', { OIDC_ALLOWED: '' }, 'OIDC_ISSUER requires OIDC_ALLOWED or OIDC_ADMINS'],
    ['without an issuer', { OIDC_ISSUER: '' }, 'OIDC_ALLOWED requires OIDC_ISSUER as well'],
    ['with plain http', { OIDC_ISSUER: 'http://id.example' }, 'OIDC_ISSUER must be an address'],
    [
      'with a host that looks local',
      { OIDC_ISSUER: 'http://127.0.0.1.evil.example' },
      'OIDC_ISSUER',
    ],
    ['with a user', { OIDC_ISSUER: 'https://u:p@id.example' }, 'OIDC_ISSUER must be an address'],
    ['with a domain without @', { OIDC_ALLOWED: 'b.example' }, 'OIDC_ALLOWED must be a comma-'],
  ])('%s', (_what, change, message) => {
    if (message === undefined) expect(problemOf(change)).toBeUndefined();
    else expect(problemOf(change)).toContain(message);
  });
});
