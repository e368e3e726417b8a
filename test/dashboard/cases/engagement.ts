import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import type {
  ChartSubjects,
  FrequencyChart,
  LifecycleChart,
  RetentionChart,
  RollingChart,
  StickinessChart,
  Summary,
} from '#libs/contracts';
import { isShown } from '../../support/browser.js';
import { heading, inBritain, reading, type World } from '../world.js';

const WEEKS = 6;
const TEAMS = '[["trait.plan","is",["team"]]]';

export function engagementCases(world: () => World): void {
  const asked = async <T>(path: string): Promise<T> =>
    (await world().api.get<T>(`/api/insights/v1/${path}`)).body;
  /** The range of the last weeks, as parameters of the page and of the API. */
  const range = async () => {
    const { today } = await asked<Summary>('summary');
    const from = new Date(Date.parse(today) - (WEEKS * 7 - 1) * 86_400_000);
    const start = from.toISOString().slice(0, 10);
    return {
      ofPage: `cadence=Weekly&from=${start}&to=${today}`,
      ofApi: `start_date=${start}&end_date=${today}`,
    };
  };

  describe('engagement', () => {
    test('shows the numbers of the API, and every number of people leads to their list', async () => {
      const { ofPage, ofApi } = await range();
      const chart = <T>(name: string) => asked<T>(`charts/${name}subject=user&${ofApi}`);
      await reading(world(), `/engagement?${ofPage}`, async (page) => {
        const rolling = await chart<RollingChart>('rolling?days=7&');
        expect((await cells(page, 'Active over time')).map((row) => row[1])).toEqual(
          rolling.metrics.map(({ value }) => inBritain(value)).reverse(),
        );
        const { metrics: sticky } = await chart<StickinessChart>('stickiness?');
        expect(await cells(page, 'Stickiness')).toEqual(
          sticky
            .map(({ daily, monthly, ratio }) => [
              ...[daily, monthly].map(inBritain),
              ratio === null ? '–' : share(ratio),
            ])
            .reverse(),
        );
        const { days } = await asked<FrequencyChart>('charts/frequency?subject=user');
        expect((await cells(page, 'How often')).map(([count]) => count)).toEqual(
          days.map(inBritain),
        );
        const { metrics } = await chart<LifecycleChart>('lifecycle?cadence=Weekly&');
        expect(await cells(page, 'Lifecycle')).toEqual(
          metrics
            .map((one) => [one.active, one.returning, one.new, one.resurrected, one.dormant])
            .map((row) => row.map(inBritain))
            .reverse(),
        );
        const { cohorts } = await chart<RetentionChart>('retention?cadence=Weekly&');
        const [, ...rows] = await cells(page, 'Retention');
        expect(rows).toEqual(
          cohorts
            .map(({ size, cells: all }) => [
              inBritain(size),
              ...all.map(({ active, complete }) =>
                size === 0 ? '–' : share(active / size) + (complete ? '' : '*'),
              ),
            ])
            .reverse(),
        );

        // A cell of a cohort, and its other half.
        const { date, size, cells: all } = cohorts.at(-3)!;
        const { active, period } = all[1]!;
        await page
          .locator(`.retention a[href*="cohort=${date}"][href*="period=${period}"]`)
          .click();
        await isShown(page);
        expect(await heading(page)).toMatch(
          /^Users who were created in the week of .+ 1 week later$/,
        );
        expect(await total(page)).toBe(`${inBritain(active)} users`);
        await page.getByRole('link', { name: 'Not active then' }).click();
        await isShown(page);
        expect(await total(page)).toBe(`${inBritain(size - active)} users`);
        await page.goBack();
        await page.goBack();

        // A part of a bar, with the keyboard: from the latest week to the one before.
        await isShown(page);
        await page.locator('.bars a[tabindex="0"]').focus();
        await page.keyboard.press('ArrowLeft');
        for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.waitForURL(/part=dormant/);
        await isShown(page);
        expect(await heading(page)).toMatch(/^Users who were not active in the week of /);
        expect(await total(page)).toBe(`${inBritain(metrics.at(-2)!.dormant)} users`);
      });
    });

    test('of organizations follows their filter, down to the list and its file', async () => {
      const { ofPage, ofApi } = await range();
      const where = `where=${encodeURIComponent(TEAMS)}`;
      await reading(world(), `/engagement?${ofPage}`, async (page) => {
        await page.getByRole('link', { name: 'Organizations', exact: true }).last().click();
        await page.waitForURL(/subject=org/);
        await page.goto(`${page.url()}&${where}`);
        await isShown(page);
        const { metrics } = await asked<LifecycleChart>(
          `charts/lifecycle?subject=org&cadence=Weekly&${ofApi}&${where}`,
        );
        const { date, returning } = metrics.at(-2)!;
        expect((await cells(page, 'Lifecycle'))[1]![1]).toBe(inBritain(returning));
        await page
          .locator(`.chart-table a[href*="period=${date}"][href*="part=returning"]`)
          .click();
        await isShown(page);
        expect(await total(page)).toBe(`${inBritain(returning)} organizations`);
        const list = await asked<ChartSubjects>(
          `charts/lifecycle/subjects?subject=org&cadence=Weekly&period=${date}&part=returning&${where}`,
        );
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Download as CSV' }).click(),
        ]);
        const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
        expect(lines).toHaveLength(list.listed_count + 1);
        const first = page.locator('table.subjects tbody th a').first();
        const name = await first.innerText();
        await first.click();
        await isShown(page);
        expect(await heading(page)).toBe(name);
      });
    });
  });
}

const share = (ratio: number): string =>
  ratio.toLocaleString('en-GB', { style: 'percent', maximumFractionDigits: 0 });

const total = (page: Page): Promise<string> => page.locator('.total strong').innerText();

/** The texts of the cells of a chart's table, without the heads of its rows. */
function cells(page: Page, chart: string): Promise<string[][]> {
  const region = JSON.stringify(`[aria-label="${chart} as a table"]`);
  return page.evaluate<string[][]>(
    `[...document.querySelector(${region}).querySelectorAll('tbody tr')]
      .map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim()))`,
  );
}
