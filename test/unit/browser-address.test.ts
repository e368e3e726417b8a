import { expect, test } from '@jest/globals';
import { browserAddress, signInAddress } from '../../apps/cli/sign-in-address.js';

test.each<[string, string | undefined, string]>([
  ['http://127.0.0.1:3000', undefined, 'http://127.0.0.1:3000'],
  ['http://0.0.0.0:3000', undefined, 'http://localhost:3000'],
  ['http://[::]:3000', undefined, 'http://localhost:3000'],
  ['http://127.0.0.1:3000', 'https://x.example', 'https://x.example'],
  ['http://0.0.0.0:3000', 'https://x.example/insights', 'https://x.example/insights'],
  ['http://0.0.0.0:3000', 'https://x.example/insights/', 'https://x.example/insights'],
])('the address of a service at %s with PUBLIC_URL %s is %s', (listening, publicUrl, shown) => {
  expect(browserAddress(listening, publicUrl)).toBe(shown);
  expect(signInAddress(shown, 'code')).toBe(`${shown}/#code=code`);
});
