import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import type { OrgIndex, UserIndex } from '#libs/contracts';
import { waitFor } from '../../support/api.js';
import { isShown } from '../../support/browser.js';
import { heading, inBritain, reading, type World } from '../world.js';

export function indexCases(world: () => World): void {
  const users = async (query: string) =>
    (await world().api.get<UserIndex>(`/api/insights/v1/users?${query}`)).body;
  const orgs = async (query: string) =>
    (await world().api.get<OrgIndex>(`/api/insights/v1/orgs?${query}`)).body;

  describe('the index of users and organizations', () => {
    test('is sorted by a click on a column head, either way, and keeps it in the address', async () => {
      await reading(world(), '/', async (page) => {
        await page.getByRole('link', { name: 'Organizations', exact: true }).click();
        await isShown(page);
        expect(await heading(page)).toBe('Organizations');
        expect(await sorted(page)).toEqual([['Members ↓', 'descending']]);
        const head = page.getByRole('columnheader', { name: 'Last active day' });
        await head.getByRole('link').click();
        await isShown(page);
        expect(await sorted(page)).toEqual([['Last active day ↓', 'descending']]);
        await head.getByRole('link').focus();
        await page.keyboard.press('Enter');
        await isShown(page);
        expect(await sorted(page)).toEqual([['Last active day ↑', 'ascending']]);
        expect(new URL(page.url()).search).toBe('?sort=last_active_day&order=asc');
        const { rows } = await orgs('sort=last_active_day&order=asc&page_size=25');
        expect(await idsShown(page)).toEqual(rows.map(({ org_id: id }) => id));
        await page.reload();
        await isShown(page);
        expect(await idsShown(page)).toEqual(rows.map(({ org_id: id }) => id));
        await page.goBack();
        await isShown(page);
        expect(await sorted(page)).toEqual([['Last active day ↓', 'descending']]);
      });
    });

    test('has pages of a chosen size and the columns that are chosen', async () => {
      await reading(world(), '/users?sort=active_days_30', async (page) => {
        await page.getByLabel('Rows').selectOption('50');
        await page.waitForURL(/size=50/);
        await isShown(page);
        await page.getByRole('link', { name: 'Next' }).click();
        await isShown(page);
        const { rows, total_count: total } = await users(
          'sort=active_days_30&page_size=50&page_number=1',
        );
        expect(await idsShown(page)).toEqual(rows.map(({ user_id: id }) => id));
        expect(await page.getByLabel('Pages of the list').innerText()).toContain(
          `51–100 of ${inBritain(total)}`,
        );
        const days = await page.locator('table.index td:nth-child(2)').allInnerTexts();
        expect(days).toEqual(rows.map(({ values }) => inBritain(values.active_days_30)));
        await page.getByText('Columns', { exact: true }).click();
        await page.getByRole('checkbox', { name: 'Invited' }).uncheck();
        await page.getByRole('checkbox', { name: 'Created' }).uncheck();
        await isShown(page);
        const heads = await page.getByRole('columnheader').allInnerTexts();
        expect(heads).toEqual(['User', 'Active days ↓', 'Last active', 'Organizations']);
        const { searchParams } = new URL(page.url());
        expect(Object.fromEntries(searchParams)).toEqual({
          ...{ sort: 'active_days_30', size: '50', page: '2' },
          columns: 'active_days_30,last_active_at,num_orgs',
        });
      });
    });

    test('is searched as the text is typed, and downloaded as searched', async () => {
      const [first] = (await users('sort=created_at&page_size=1')).rows;
      const email = first!.email!.toUpperCase();
      await reading(world(), '/users?page=3', async (page) => {
        await page.getByRole('searchbox', { name: 'Search' }).fill(email);
        await waitFor(async () => (await idsShown(page)).join() === first!.user_id || undefined);
        expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ q: email });
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Download as CSV' }).click(),
        ]);
        const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
        expect(lines).toHaveLength(2);
        expect(lines[1]).toContain(first!.email);
        await page.getByRole('searchbox', { name: 'Search' }).fill('no such name');
        await page.getByText('No user matches.').waitFor();
      });
    });
  });
}

/** The heads of the columns that the table is sorted by, with the direction. */
const sorted = (page: Page) =>
  page.evaluate<[string, string][]>(
    `[...document.querySelectorAll('th[aria-sort]:not([aria-sort=none])')]
      .map((head) => [head.querySelector('a').innerText, head.ariaSort])`,
  );

async function idsShown(page: Page): Promise<string[]> {
  const paths = await page.evaluate<string[]>(
    `[...document.querySelectorAll('table.index tbody th a')].map((link) => link.pathname)`,
  );
  return paths.map((path) => decodeURIComponent(path.split('/')[2]!));
}
