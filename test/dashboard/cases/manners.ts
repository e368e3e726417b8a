import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { LifecycleChart } from '#libs/contracts';
import { waitFor } from '../../support/api.js';
import { isShown, openSignedIn, openTab, overflow, violations } from '../../support/browser.js';
import { TEST_KEY } from '../../support/service.js';
import { firstOf, heading, isQuiet, reading, type World } from '../world.js';

const PHONE = { viewport: { width: 320, height: 640 } };

export function mannersCases(world: () => World): void {
  const dormantList = async () => {
    const path = '/api/insights/v1/charts/lifecycle?subject=user&cadence=Weekly';
    const { metrics } = (await world().api.get<LifecycleChart>(path)).body;
    return `/engagement/list?chart=lifecycle&cadence=Weekly&period=${metrics.at(-2)!.date}&part=dormant`;
  };
  const pages = async () => [
    '/',
    '/?as=table&cadence=Daily',
    '/reports/user/churn?change=entered',
    '/reports/org/attrition',
    `/users/${await firstOf(world(), 'user', 'top_inviter')}`,
    `/orgs/${await firstOf(world(), 'org', 'growth')}`,
    '/users?columns=num_orgs,created_at&q=a',
    '/orgs?where=[["trait.plan","is",["team","business"]],["trait.seats","gte",5]]',
    '/engagement?subject=org&cadence=Monthly',
    await dormantList(),
    '/reports/org/champion_lost',
    '/data',
    '/data/exclusions',
    '/data/keys',
    '/data/audit',
    '/subscriptions',
    '/subscriptions/new?report=org/slipping&where=[["trait.plan","is",["team","business"]]]',
  ];

  describe('on every page', () => {
    test('axe finds nothing to complain of, light or dark', async () => {
      const { browser, origin } = world();
      const expectNone = async (path: string, page: Page) => {
        expect([path, await violations(page)]).toEqual([path, []]);
        await page.emulateMedia({ colorScheme: 'dark' });
        // All that a scheme can change.
        expect([path, await violations(page, 'color-contrast')]).toEqual([path, []]);
        await page.emulateMedia({ colorScheme: 'light' });
      };
      // Without transitions, no color is half changed.
      const still = { reducedMotion: 'reduce' } as const;
      const stranger = await openTab(browser, origin, still);
      await stranger.page.goto('/');
      await stranger.page.getByLabel('API key').waitFor();
      await expectNone('signing in', stranger.page);
      await isQuiet(stranger);

      const tab = await openSignedIn(browser, origin, TEST_KEY, still);
      for (const path of await pages()) {
        await tab.page.goto(path);
        await isShown(tab.page);
        await expectNone(path, tab.page);
      }
      await isQuiet(tab);
    });

    test('the reader’s color scheme is used', async () => {
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

    test('the smallest phone needs no horizontal scrolling', async () => {
      const { browser, origin } = world();
      const tab = await openSignedIn(browser, origin, TEST_KEY, PHONE);
      for (const path of await pages()) {
        await tab.page.goto(path);
        await isShown(tab.page);
        expect([path, await overflow(tab.page)]).toEqual([path, 0]);
      }
      await isQuiet(tab);
    });

    test('a phone shows the first row of a list without scrolling, with the number that decides its place', async () => {
      const { browser, origin } = world();
      const tab = await openSignedIn(browser, origin, TEST_KEY, PHONE);
      for (const path of ['/reports/user/churn', '/reports/org/attrition', '/users', '/orgs']) {
        await tab.page.goto(path);
        await isShown(tab.page);
        const row = tab.page.locator('main table tbody tr').first();
        const cells = [row, row.locator('td.number:visible').first()];
        for (const cell of cells) {
          const box = (await cell.boundingBox())!;
          expect(box.y + box.height).toBeLessThan(PHONE.viewport.height);
          expect(box.x + box.width).toBeLessThanOrEqual(PHONE.viewport.width);
        }
      }
      await isQuiet(tab);
    });

    test('the selected choice is visible in forced colors', async () => {
      const look = async (page: Page) => {
        const grounds = await page.evaluate<string[]>(
          `['.choices a[aria-current]', '.choices a:not([aria-current])', '.places a[aria-current]',
            '.places a:not([aria-current])'].map((name) =>
            getComputedStyle(document.querySelector(name)).backgroundColor)`,
        );
        expect(grounds[0]).not.toBe(grounds[1]);
        expect(grounds[2]).not.toBe(grounds[3]);
        await page.goto('/');
        await isShown(page);
      };
      await reading(world(), '/reports/user/churn', look, { forcedColors: 'active' });
    });

    test('print has only the list', async () => {
      await reading(world(), '/reports/org/attrition', async (page) => {
        await page.emulateMedia({ media: 'print' });
        await page.locator('table.report').waitFor();
        for (const name of ['.side', '.controls', '.report-nav', 'a.button']) {
          expect([name, await page.locator(name).first().isVisible()]).toEqual([name, false]);
        }
      });
    });

    test('Back restores the scroll position and the focus on the followed link', async () => {
      await reading(world(), '/reports/user/champion?size=100', async (page) => {
        const link = page.locator('table.report tbody th a').nth(60);
        await link.focus();
        const before = await page.evaluate<number>('window.scrollY');
        expect(before).toBeGreaterThan(500);
        await page.keyboard.press('Enter');
        await page.getByLabel('Profile').waitFor();
        expect(await page.evaluate('window.scrollY')).toBe(0);
        await page.goBack();
        await waitFor(async () =>
          Math.abs((await page.evaluate<number>('window.scrollY')) - before) < 2 ? true : undefined,
        );
        expect(await page.locator(':focus').getAttribute('href')).toBe(
          await link.getAttribute('href'),
        );
      });
    });

    test('the keyboard reaches the content, and starts at the top of the next page after a link', async () => {
      await reading(world(), '/', async (page) => {
        await page.keyboard.press('Tab');
        expect(await page.locator(':focus').innerText()).toBe('Skip to content');
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
