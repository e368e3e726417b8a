import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { isShown, openSignedIn, openTab, overflow, violations } from '../../support/browser.js';
import { TEST_KEY } from '../../support/service.js';
import { firstOf, heading, isQuiet, reading, type World } from '../world.js';

const PHONE = { viewport: { width: 360, height: 740 } };

export function mannersCases(world: () => World): void {
  const pages = async () => [
    '/',
    '/?as=table&cadence=Daily',
    '/reports/user/churn?change=entered',
    '/reports/org/attrition',
    `/users/${await firstOf(world(), 'user', 'top_inviter')}`,
    `/orgs/${await firstOf(world(), 'org', 'growth')}`,
    '/data',
  ];

  describe('on every page', () => {
    test.each([
      ['light', []],
      // All that a scheme can change.
      ['dark', ['color-contrast']],
    ] as const)('axe finds nothing to complain of, %s', async (colorScheme, rules) => {
      const { browser, origin } = world();
      const stranger = await openTab(browser, origin, { colorScheme });
      await stranger.page.goto('/');
      await stranger.page.getByLabel('API key').waitFor();
      expect(await violations(stranger.page, ...rules)).toEqual([]);
      await isQuiet(stranger);

      const tab = await openSignedIn(browser, origin, TEST_KEY, { colorScheme });
      for (const path of await pages()) {
        await tab.page.goto(path);
        await isShown(tab.page);
        expect([path, await violations(tab.page, ...rules)]).toEqual([path, []]);
      }
      await isQuiet(tab);
    });

    test('the scheme of the reader is followed', async () => {
      const grounds: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        const look = async (page: Page) => {
          const ground = 'getComputedStyle(document.body).backgroundColor';
          grounds.push(await page.evaluate<string>(ground));
        };
        await reading(world(), '/data', look, { colorScheme });
      }
      expect(grounds).toEqual(['rgb(246, 245, 241)', 'rgb(19, 21, 26)']);
    });

    test('a phone has room for it', async () => {
      const { browser, origin } = world();
      const tab = await openSignedIn(browser, origin, TEST_KEY, PHONE);
      for (const path of await pages()) {
        await tab.page.goto(path);
        await isShown(tab.page);
        expect([path, await overflow(tab.page)]).toEqual([path, 0]);
      }
      await isQuiet(tab);
    });

    test('the keyboard gets to the page itself, and begins anew where a link leads', async () => {
      await reading(world(), '/', async (page) => {
        await page.keyboard.press('Tab');
        expect(await page.locator(':focus').innerText()).toBe('Skip to the page');
        await page.keyboard.press('Enter');
        await page.keyboard.press('Tab');
        const inMain = `document.querySelector('main').contains(document.activeElement)`;
        expect(await page.evaluate(inMain)).toBe(true);
        await page.getByRole('link', { name: 'Data' }).focus();
        await page.keyboard.press('Enter');
        await isShown(page);
        expect([await heading(page), await page.locator(':focus').innerText()]).toEqual([
          'Data',
          'Data',
        ]);
        expect(await page.title()).toBe('Data · insightd');
      });
    });
  });
}
