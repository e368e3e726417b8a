import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { addressList, holds } from '../../libs/platform/config/addresses.js';
import { publicUrlProblem } from '../../libs/platform/config/public-url.js';
import { Outside } from '../../libs/platform/http/outside.js';

const LOOPBACK = '127.0.0.0/8,::1/128';

/** A request that came from an address. */
function from(
  remoteAddress: string,
  headers: Record<string, string> = {},
  url = '/',
): IncomingMessage {
  return { headers, url, socket: { remoteAddress } } as unknown as IncomingMessage;
}

const outside = (TRUSTED_PROXIES = LOOPBACK, PUBLIC_URL?: string) =>
  new Outside({ TRUSTED_PROXIES, PUBLIC_URL });

describe('a list of trusted addresses', () => {
  test.each<[string, string, boolean]>([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.1, 2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['127.0.0.1', '::1', false],
    ['none', '127.0.0.1', false],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['10.0.0.0/8', 'nonsense', false],
  ])('%s and %s: %s', (list, address, held) => {
    expect(holds(addressList(list)!, address)).toBe(held);
  });

  test.each([
    ['localhost'],
    ['10.0.0.0/33'],
    ['10.0.0.0/'],
    ['10.0.0'],
    ['::1/129'],
    ['1.1.1.1/8/8'],
    [','],
  ])('is not %s', (list) => expect(addressList(list)).toBeUndefined());
});

describe('the address of a client', () => {
  const TWO = '127.0.0.1, 10.0.0.0/8';
  test.each<[string, string, string, string | undefined, string]>([
    ['of a direct one', LOOPBACK, '203.0.113.9', undefined, '203.0.113.9'],
    ['that claims another', LOOPBACK, '203.0.113.9', '198.51.100.4', '203.0.113.9'],
    ['behind a proxy', LOOPBACK, '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy, by IPv6', LOOPBACK, '::ffff:127.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    [
      'that forged the start of the list',
      LOOPBACK,
      '127.0.0.1',
      '1.1.1.1, 203.0.113.9',
      '203.0.113.9',
    ],
    ['behind two', TWO, '127.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
    ['behind two, one not trusted', LOOPBACK, '127.0.0.1', '203.0.113.9, 10.0.0.1', '10.0.0.1'],
    ['with a port', LOOPBACK, '127.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['of IPv6 with a port', LOOPBACK, '::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['that is hidden', LOOPBACK, '127.0.0.1', 'unknown', '127.0.0.1'],
    ['without a list', LOOPBACK, '127.0.0.1', undefined, '127.0.0.1'],
  ])('%s', (_what, trusted, remote, list, address) => {
    const headers: Record<string, string> = list === undefined ? {} : { 'x-forwarded-for': list };
    expect(outside(trusted).addressOf(from(remote, headers))).toBe(address);
  });
});

describe('https', () => {
  test.each<[string, string, Record<string, string>, boolean]>([
    ['by the proxy', '127.0.0.1', { 'x-forwarded-proto': 'https' }, true],
    ['by another', '203.0.113.9', { 'x-forwarded-proto': 'https' }, false],
    ['by the browser', '203.0.113.9', { origin: 'https://x.example' }, true],
    [
      'by the nearest of two',
      '127.0.0.1',
      { 'x-forwarded-proto': 'https, http', 'x-forwarded-for': '203.0.113.9, 127.0.0.2' },
      true,
    ],
    [
      'by a client that forged it',
      '127.0.0.1',
      { 'x-forwarded-proto': 'https, http', 'x-forwarded-for': '203.0.113.9' },
      false,
    ],
    ['by none', '127.0.0.1', {}, false],
  ])('%s', (_what, remote, headers, secure) => {
    expect(outside().isSecure(from(remote, headers))).toBe(secure);
  });

  test('is used as in the outside address, unless the request says otherwise', () => {
    const one = outside(LOOPBACK, 'https://x.example/insights');
    expect(one.isSecure(from('127.0.0.1'))).toBe(true);
    expect(one.isSecure(from('127.0.0.1', { origin: 'http://127.0.0.1:3000' }))).toBe(false);
  });
});

describe('the origin of the service', () => {
  test.each<[string, string, Record<string, string>, boolean]>([
    ['the host', 'http://a.example:3000', { host: 'a.example:3000' }, true],
    ['the host, with the usual port', 'https://a.example', { host: 'A.example:443' }, true],
    ['another port', 'http://a.example:1', { host: 'a.example:3000' }, false],
    [
      'the forwarded host',
      'https://b.example',
      { host: 'a', 'x-forwarded-host': 'b.example' },
      true,
    ],
    [
      'the first of a list, all trusted',
      'https://b.example',
      { 'x-forwarded-host': 'b.example, c' },
      true,
    ],
    [
      'the forwarded host and port',
      'https://b.example:8443',
      { 'x-forwarded-host': 'b.example', 'x-forwarded-port': '8443' },
      true,
    ],
    [
      'the host and the forwarded port',
      'https://a:8443',
      { host: 'a', 'x-forwarded-port': '8443' },
      true,
    ],
    [
      'what a client put before the list',
      'https://evil.example',
      { 'x-forwarded-host': 'evil.example, b', 'x-forwarded-for': '203.0.113.9' },
      false,
    ],
    ['no origin', 'null', { host: 'null' }, false],
  ])('%s', (_what, origin, headers, own) => {
    expect(outside().isOwnOrigin(from('127.0.0.1', headers), origin)).toBe(own);
  });

  test('is that of PUBLIC_URL, not a forwarded host of an untrusted client', () => {
    const one = outside('none', 'https://x.example:8443/insights/');
    const request = from('127.0.0.1', { host: 'a', 'x-forwarded-host': 'b.example' });
    expect(one.isOwnOrigin(request, 'https://x.example:8443')).toBe(true);
    expect(one.isOwnOrigin(request, 'https://b.example')).toBe(false);
  });
});

describe('the base path', () => {
  test.each<[string, string, string, string]>([
    ['/insights/', '/insights/reports?x=1', '/reports?x=1', 'kept by the proxy'],
    ['/insights', '/reports', '/reports', 'taken away'],
    ['/insights/', '/insights', '/', 'alone'],
    ['/insights/', '/insights?x=1', '/?x=1', 'alone with a query'],
    ['/insights/', '/insightsful', '/insightsful', 'of another name'],
    ['/', '/reports', '/reports', 'that is empty'],
    ['/a/../b', '/a/x', '/a/x', 'that could be abused'],
    ['/a"><script>', '/', '/', 'that is not one'],
    ['/api', '/api/backend/v1/reports', '/api/backend/v1/reports', 'of programs'],
    ['/v1/x/', '/v1/x/track', '/v1/x/track', 'below one of programs'],
  ])('%s: %s is %s (%s)', (prefix, url, inner) => {
    const request = from('127.0.0.1', { 'x-forwarded-prefix': prefix }, url);
    expect(outside().withoutBase(request)).toBe(inner);
    expect(outside().baseOf(request)).toMatch(/^\/(?:insights\/)?$/);
    expect(outside('none').baseOf(request)).toBe('/');
  });

  test.each([
    ['ftp://x.example'],
    ['x.example'],
    ['https://x.example/?a=1'],
    ['https://x.example/#a'],
    ['https://user@x.example/'],
    ['https://x.example/api/'],
    ['https://x.example/assets'],
    ['https://x.example/a b/'],
  ])('%s cannot be PUBLIC_URL', (url) => expect(publicUrlProblem(url)).toMatch(/^must /));

  test.each([['https://x.example'], ['http://x.example:8080/'], ['https://x.example/a/b.c/']])(
    '%s can',
    (url) => expect(publicUrlProblem(url)).toBeUndefined(),
  );
});

test.each([[undefined], ['https://x.example/'], ['https://x.example/api/']])(
  'with PUBLIC_URL %s, the process finds its own paths',
  (publicUrl) => {
    const one = outside(LOOPBACK, publicUrl);
    for (const path of ['/api/insights/v1/summary', '/api/api/x'])
      expect(one.withoutBase(from('127.0.0.1', {}, one.innerUrl(path)))).toBe(path);
  },
);
