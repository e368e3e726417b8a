import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Chart, OrgIndex, ReportChanges } from '#libs/contracts';
import { isShown, openSignedIn } from '../../support/browser.js';
import { plantKey } from '../../support/keys.js';
import { TEST_KEY } from '../../support/service.js';
import { inBritain, isQuiet, reading, type World } from '../world.js';

const CHAMPIONS = '/reports/user/champion';
const OWNERS = '[["role","is",["Owner"]]]';
const PLANS = '[["trait.plan","is",["team","business"]],["trait.seats","gte",10]]';

export function filterCases(world: () => World): void {
  const asked = async <T>(path: string, where: string): Promise<T> => {
    const separator = path.includes('?') ? '&' : '?';
    const query = `${separator}where=${encodeURIComponent(where)}`;
    return (await world().api.get<T>(`/api/insights/v1${path}${query}`)).body;
  };

  describe('filters', () => {
    test('narrow a report by a role that is offered, and can be removed', async () => {
      const { rows, total_count: total } = await asked<ReportChanges>(
        `${CHAMPIONS}?page_size=25`,
        OWNERS,
      );
      await reading(world(), `${CHAMPIONS}?page=2`, async (page) => {
        await page.getByRole('button', { name: 'Add a filter' }).click();
        await page.getByLabel('Filter by').selectOption('role');
        await page.getByRole('checkbox', { name: /^Owner / }).check();
        await page.getByRole('button', { name: 'Filter', exact: true }).click();
        await isShown(page);
        expect(await chips(page)).toEqual(['role is Owner']);
        expect(new URL(page.url()).searchParams.get('where')).toBe(OWNERS);
        expect(await idsShown(page)).toEqual(rows.map(idOf));
        expect(await page.getByLabel('Pages of the list').innerText()).toContain(
          `of ${inBritain(total)}`,
        );
        await page.getByRole('button', { name: 'Remove: role is Owner' }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('');
        expect(await chips(page)).toEqual([]);
      });
    });

    test('are shared by their address, also with readers who cannot save segments', async () => {
      const key = await plantKey(world().databaseUrl, 'a reader of filters', 'read');
      const path = `/reports/org/growth?interval=90&where=${encodeURIComponent(PLANS)}`;
      const { rows } = await asked<ReportChanges>(
        '/reports/org/growth?interval=90&page_size=25',
        PLANS,
      );
      const tab = await openSignedIn(world().browser, world().origin, key);
      await tab.page.goto(path);
      await isShown(tab.page);
      expect(rows.length).toBeGreaterThan(0);
      expect(await idsShown(tab.page)).toEqual(rows.map(idOf));
      expect(await chips(tab.page)).toEqual(['plan is team or business', 'seats ≥ 10']);
      const file = await tab.page.locator('a[download]').getAttribute('href');
      expect(new URL(file!, world().origin).searchParams.get('where')).toBe(PLANS);
      expect(await tab.page.getByRole('button', { name: 'Save as a segment' }).count()).toBe(0);
      await isQuiet(tab);
    });

    test('are saved as a segment, which lists and charts can choose', async () => {
      const where = `where=${encodeURIComponent(OWNERS)}`;
      const { rows } = await asked<ReportChanges>(`${CHAMPIONS}?page_size=25`, OWNERS);
      await reading(world(), `${CHAMPIONS}?${where}`, async (page) => {
        await page.getByRole('button', { name: 'Save as a segment' }).click();
        await page.getByLabel('Name of the segment').fill('All owners');
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await page.waitForURL(/\?segment=/);
        await isShown(page);
        expect(await idsShown(page)).toEqual(rows.map(idOf));
        expect(await chips(page)).toEqual(['role is Owner']);

        await page.goto('/?cadence=Monthly&last=6&as=table&compare=no');
        const charts = page.getByRole('group', { name: 'Filter users' });
        await charts.getByLabel('Segment').selectOption('All owners');
        await page.waitForURL(/user_segment=/);
        await isShown(page);
        const { metrics } = await asked<Chart>('/charts/active_users?cadence=Monthly', OWNERS);
        const table = page.getByRole('table', { name: 'Active users' });
        expect(await table.locator('tbody td:nth-child(2)').allInnerTexts()).toEqual(
          metrics
            .slice(-6)
            .reverse()
            .map(({ result }) => inBritain(result)),
        );

        await page.getByRole('button', { name: 'Delete the segment All owners' }).click();
        await page.getByRole('button', { name: /^Press again to delete/ }).click();
        await page.waitForURL((url) => !url.search.includes('segment'));
        await isShown(page);
        await page.getByRole('option', { name: 'All owners' }).waitFor({ state: 'detached' });
      });
    });

    test('compare numbers and can ask whether a value is set', async () => {
      await reading(world(), '/reports/org/churn', async (page) => {
        for (const [key, operator, value] of [
          ['trait.seats', 'gte', '10'],
          ['trait.plan', 'set', ''],
        ] as const) {
          await page.getByRole('button', { name: 'Add a filter' }).click();
          await page.getByLabel('Filter by').selectOption(key);
          await page.getByLabel('Operator').selectOption(operator);
          if (value !== '') await page.getByLabel('Number').fill(value);
          await page.getByRole('button', { name: 'Filter', exact: true }).click();
          await isShown(page);
        }
        expect(await chips(page)).toEqual(['seats ≥ 10', 'plan is set']);
        expect(new URL(page.url()).searchParams.get('where')).toBe(
          '[["trait.seats","gte",10],["trait.plan","set"]]',
        );
        await page.getByRole('button', { name: 'Clear' }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('');
      });
    });

    test('narrow the lists of users and organizations, their files and their numbers of rows', async () => {
      const query = `/orgs?sort=created_at&where=${encodeURIComponent(PLANS)}`;
      const index = await asked<OrgIndex>('/orgs?sort=created_at&page_size=25', PLANS);
      const whole = await asked<OrgIndex>('/orgs?page_size=1', '[]');
      expect(index.total_count).toBeGreaterThan(0);
      expect(index.total_count).toBeLessThan(whole.total_count);
      await reading(world(), query, async (page) => {
        expect(await idsShown(page)).toEqual(index.rows.map(({ org_id: id }) => id));
        expect(await page.getByLabel('Pages of the list').innerText()).toContain(
          `of ${inBritain(index.total_count)}`,
        );
        const file = await page.locator('a[download]').getAttribute('href');
        const reply = await page.request.get(file!);
        const lines = (await reply.text()).trim().split('\r\n');
        expect(lines).toHaveLength(index.total_count + 1);
      });
    });

    test('that are not valid show the reason and can be removed', async () => {
      // The browser itself notes a 400 in its console.
      const { page } = await openSignedIn(world().browser, world().origin, TEST_KEY);
      await page.goto(`${CHAMPIONS}?where=[["trait.none","set"]]`);
      await page.getByText('has the unknown key').waitFor();
      await page.goto(`${CHAMPIONS}?where=nonsense`);
      await page.getByText('must be a list of conditions').waitFor();
      await page.getByRole('button', { name: 'Remove: conditions that are not valid' }).click();
      await isShown(page);
      expect(await page.locator('table.report tbody tr').count()).toBe(25);
      await page.context().close();
    });
  });
}

const chips = (page: Page) => page.locator('.filter-chip bdi').allInnerTexts();

const idOf = (row: ReportChanges['rows'][number]) => ('user_id' in row ? row.user_id : row.org_id);

async function idsShown(page: Page): Promise<string[]> {
  const paths = await page.evaluate<string[]>(
    `[...document.querySelectorAll('main table tbody th a')].map((link) => link.pathname)`,
  );
  return paths.map((path) => decodeURIComponent(path.split('/')[2]!));
}
