import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isShown, openSignedIn, openTab } from '../../support/browser.js';
import { startPrefixProxy } from '../../support/prefix-proxy.js';
import { TEST_KEY } from '../../support/service.js';
import { heading, isQuiet, type World } from '../world.js';

const PREFIX = '/tools/insights';

export function doorCases(world: () => World): void {
  describe('under a path of another server', () => {
    let proxy: Awaited<ReturnType<typeof startPrefixProxy>>;
    beforeAll(async () => {
      proxy = await startPrefixProxy(world().origin, PREFIX);
    });
    afterAll(() => proxy.close());

    test('a reader can sign in, follow links, reload and download a file', async () => {
      const tab = await openTab(world().browser, proxy.origin);
      const { page } = tab;
      await page.goto(`${PREFIX}/data`);
      await page.getByLabel('API key').fill(TEST_KEY);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await isShown(page);
      expect(await heading(page)).toBe('Data');
      const [cookie] = await page.context().cookies(`${proxy.origin}${PREFIX}/`);
      expect(cookie).toMatchObject({ name: 'insightd_session', path: `${PREFIX}/` });

      await page.getByRole('link', { name: 'Reports', exact: true }).click();
      await isShown(page);
      expect(new URL(page.url()).pathname).toBe(`${PREFIX}/reports`);
      await page.getByRole('link', { name: 'Growing' }).first().click();
      await isShown(page);
      await page.getByRole('link', { name: '90 days' }).click();
      await isShown(page);
      expect(page.url()).toMatch(/\/tools\/insights\/reports\/org\/growth\?interval=90$/);
      await page.reload();
      await isShown(page);
      expect(await heading(page)).toBe('Growing');
      const file = await page.locator('a[download]').getAttribute('href');
      expect(file).toMatch(/^\/tools\/insights\/api\/insights\/v1\/reports\/org\/growth/);
      expect((await page.request.get(file!)).status()).toBe(200);
      await page.goBack();
      await isShown(page);
      expect(new URL(page.url()).pathname).toBe(`${PREFIX}/reports/org/growth`);
      await isQuiet(tab);
    });
  });

  test('an administrator ends all sessions after confirmation, and is signed out', async () => {
    const { browser, origin } = world();
    const { page } = await openSignedIn(browser, origin, TEST_KEY);
    const other = await openSignedIn(browser, origin, TEST_KEY);
    await page.goto('/data');
    await isShown(page);
    await page.getByRole('button', { name: 'End all sessions' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'End all sessions' }).click();
    await page.getByRole('button', { name: 'Yes, sign out everyone' }).click();
    await page.getByLabel('API key').waitFor();
    expect((await other.page.request.get('/session')).status()).toBe(401);
    await Promise.all([page.context().close(), other.page.context().close()]);
  });
}
