import { describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { isShown, openSignedIn, openTab } from '../../support/browser.js';
import { ask } from '../../support/database.js';
import { TEST_KEY } from '../../support/service.js';
import { heading, isQuiet, type World } from '../world.js';

export function signingInCases(world: () => World): void {
  describe('signing in', () => {
    test('the address that the demo prints signs in once and leaves no trace in the browser', async () => {
      const tab = await openTab(world().browser, world().origin);
      const { page } = tab;
      await page.goto(world().address);
      await isShown(page);
      expect([await heading(page), new URL(page.url()).hash]).toEqual(['Overview', '']);
      const kept = await page.evaluate(
        'JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])',
      );
      expect(kept).toBe('["",0,0]');
      await isQuiet(tab);

      const other = await openTab(world().browser, world().origin);
      await other.page.goto(world().address);
      await other.page.getByText('has been used or is too old').waitFor();
      expect(await heading(other.page)).toBe('Sign in');
      await other.page.context().close();
    });

    test('a key signs in from the keyboard, a wrong key gets a message, and signing out ends the session', async () => {
      const { page } = await openTab(world().browser, world().origin);
      await page.goto('/data');
      await page.getByLabel('API key').waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.type('a-wrong-key-of-good-length');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('This key is wrong or revoked').waitFor();
      await page.getByLabel('API key').fill(` ${TEST_KEY}\n`);
      await page.keyboard.press('Enter');
      await isShown(page);
      expect([await heading(page), page.url()]).toEqual(['Data', `${world().origin}/data`]);
      expect(await page.locator(':focus').innerText()).toBe('Data');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('You are signed out.').waitFor();
      await page.reload();
      expect(await heading(page)).toBe('Sign in');
      await page.context().close();
    });

    test('an expired session asks for the key and continues at the same address', async () => {
      const { page } = await openSignedIn(world().browser, world().origin, TEST_KEY);
      await page.goto('/reports/org/growth?interval=60');
      await isShown(page);
      await ask(world().databaseUrl, 'update sessions set expires_at = now()');
      // Sessions are cached for a second.
      await waitFor(async () =>
        (await page.request.get('/session')).status() === 401 ? true : undefined,
      );
      await page.getByRole('link', { name: '90 days' }).click();
      await page.getByText('Your session has ended').waitFor();
      await page.getByLabel('API key').fill(TEST_KEY);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await isShown(page);
      expect(new URL(page.url()).search).toBe('?interval=90');
      expect(await heading(page)).toBe('Growing');
      await page.context().close();
    });
  });
}
