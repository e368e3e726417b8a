import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { OrgIndex, UserIndex } from '#libs/contracts';
import { waitFor } from '../../support/api.js';
import { isShown } from '../../support/browser.js';
import { heading, inBritain, reading, type World } from '../world.js';

export function searchCases(world: () => World): void {
  const found = async <T>(path: string, search: string) =>
    (
      await world().api.get<T>(
        `/api/insights/v1/${path}?search=${encodeURIComponent(search)}&page_size=5`,
      )
    ).body;

  describe('the search box in the head of every page', () => {
    test('is focused by / and finds users and organizations, chosen by arrows and Enter', async () => {
      const [users, orgs] = [
        await found<UserIndex>('users', 'an'),
        await found<OrgIndex>('orgs', 'an'),
      ];
      await reading(world(), '/data', async (page) => {
        await page.keyboard.press('/');
        await page.keyboard.type('an');
        const options = suggestions(page);
        const wanted = 5 + 1 + orgs.rows.length + Number(orgs.total_count > 5);
        await waitFor(async () => (await options.count()) === wanted || undefined);
        const texts = await options.allInnerTexts();
        expect(texts[0]).toContain(users.rows[0]!.email);
        expect(texts[5]).toBe(`All ${inBritain(users.total_count)} that contain “an”`);
        expect(texts[6]).toBe(orgs.rows[0]!.name);
        expect(await page.getByRole('group', { name: 'Organizations' }).isVisible()).toBe(true);
        expect(await active(page)).toBe(texts[0]);
        await page.keyboard.press('ArrowUp');
        expect(await active(page)).toBe(texts.at(-1));
        for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowDown');
        expect(await active(page)).toBe(texts[6]);
        await page.keyboard.press('Enter');
        await isShown(page);
        expect(new URL(page.url()).pathname).toBe(
          `/orgs/${encodeURIComponent(orgs.rows[0]!.org_id)}`,
        );
        expect(await page.locator(':focus').innerText()).toBe(orgs.rows[0]!.name);
      });
    });

    test('closes with Escape, and / in a field is a letter', async () => {
      await reading(world(), '/', async (page) => {
        const box = page.getByRole('combobox', { name: 'Search users and organizations' });
        await box.fill('an');
        await suggestions(page).first().waitFor();
        expect(await box.getAttribute('aria-expanded')).toBe('true');
        await page.keyboard.press('Escape');
        expect(await suggestions(page).count()).toBe(0);
        expect(await box.getAttribute('aria-expanded')).toBe('false');
        expect(await box.inputValue()).toBe('an');
        await page.keyboard.press('/');
        expect(await box.inputValue()).toBe('an/');
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        expect(await box.inputValue()).toBe('');
      });
    });

    test('finds an id at once when Enter is pressed before the hits arrive', async () => {
      const [user] = (await found<UserIndex>('users', 'a')).rows;
      await reading(world(), '/', async (page) => {
        await page.keyboard.press('/');
        await page.keyboard.insertText(user!.user_id);
        await page.keyboard.press('Enter');
        await page.getByLabel('Profile').getByText(user!.user_id).waitFor();
        expect(new URL(page.url()).pathname).toBe(`/users/${user!.user_id}`);
      });
    });

    test('leads to the whole list, and aborts the requests of earlier letters', async () => {
      const { total_count: total } = await found<UserIndex>('users', 'ann');
      await reading(world(), '/', async (page) => {
        const aborted: string[] = [];
        page.on('requestfailed', (request) => {
          const search = new URL(request.url()).searchParams.get('search');
          if (search !== null) aborted.push(search);
        });
        // Is never answered.
        await page.route(/\/api\/insights\/v1\/users\?search=a&/, () => undefined);
        const box = page.getByRole('combobox', { name: 'Search users and organizations' });
        const asked = page.waitForRequest(/users\?search=a&/);
        await box.fill('a');
        await asked;
        await box.fill('ann');
        const all = page.getByRole('option', { name: /^All .* that contain “ann”/ }).first();
        await all.waitFor();
        expect(aborted).toContain('a');
        await all.click();
        await isShown(page);
        expect(await heading(page)).toBe('Users');
        expect(page.url()).toMatch(/\/users\?q=ann$/);
        await page.getByText(`of ${inBritain(total)}`).waitFor();
        await page.unrouteAll({ behavior: 'ignoreErrors' });
      });
    });
  });
}

/** The text of the option that the field points to. */
const active = (page: Page) =>
  page.evaluate<string>(
    `document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).innerText`,
  );

/** The options of the search box alone: those of a `<select>` in the page have the same role. */
const suggestions = (page: Page) =>
  page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
