import { afterEach, expect, jest, test } from '@jest/globals';
import type { Flow } from '../../libs/platform/access/oidc/flow.js';
import { Provider } from '../../libs/platform/access/oidc/provider.js';
import { CLIENT_ID, CLIENT_SECRET, FakeProvider } from '../support/oidc/fake-provider.js';

const flow: Flow = {
  ...{ state: 's', nonce: 'n', codeVerifier: 'v'.repeat(43), returnTo: '/' },
  expiresAt: 0,
};
const fake = new FakeProvider();
afterEach(() => {
  jest.restoreAllMocks();
  fake.close();
});

test('a provider that hangs while its description is read again delays a sign-in by 3 seconds', async () => {
  await fake.start();
  const provider = new Provider({
    OIDC_ISSUER: fake.issuer,
    OIDC_LABEL: undefined,
    ...{ OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET },
    PUBLIC_URL: 'http://127.0.0.1:3000',
  });
  const first = await provider.authorizationUrl(flow);
  fake.behaviour.mode = 'hang';
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 2 * 3_600_000);
  const begun = now();
  expect((await provider.authorizationUrl(flow)).href).toBe(first.href);
  expect(now() - begun).toBeLessThan(6_000);
});
