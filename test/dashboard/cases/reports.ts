import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { RANKINGS, type Ranking, type ReportChanges, type RunList } from '#libs/contracts';
import { isShown } from '../../support/browser.js';
import { heading, inBritain, reading, type World } from '../world.js';

const CHAMPIONS = '/reports/user/champion';

export function reportCases(world: () => World): void {
  const asked = async (query: string): Promise<ReportChanges> =>
    (await world().api.get<ReportChanges>(`/api/insights/v1${query}`)).body;

  describe('reports', () => {
    test('are each a click away, and shown in each interval as the API ranks them', async () => {
      await reading(world(), '/reports', async (page) => {
        const links = page.getByRole('navigation', { name: 'Reports' }).getByRole('link');
        const intervals = page.getByRole('navigation', { name: 'Interval' }).getByRole('link');
        const seen: string[] = [];
        for (let report = 0; report < (await links.count()); report++) {
          const name = await links.nth(report).innerText();
          await links.nth(report).click();
          await isShown(page);
          expect(await heading(page)).toBe(name);
          for (let index = 0; index < (await intervals.count()); index++) {
            await intervals.nth(index).click();
            await isShown(page);
            const { pathname, search } = new URL(page.url());
            const { rows, total_count: total } = await asked(`${pathname}${search}&page_size=25`);
            expect(await idsShown(page)).toEqual(rows.map(idOf));
            const pages = page.getByLabel('Pages of the list');
            expect(await pages.innerText()).toContain(`of ${inBritain(total)}`);
            seen.push(`${pathname}${search}`);
          }
        }
        expect(seen.sort()).toEqual(RANKINGS.map(addressOf).sort());
      });
    });

    test('are read in pages, to the last and back', async () => {
      await reading(world(), CHAMPIONS, async (page) => {
        await page.getByRole('link', { name: 'Next' }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('?page=2');
        const second = await asked('/reports/user/champion?page_size=25&page_number=1');
        expect(await ranks(page)).toEqual(second.rows.map(({ rank }) => inBritain(rank!)));
        await page.getByRole('link', { name: 'Last' }).click();
        await isShown(page);
        expect((await ranks(page)).at(-1)).toBe(inBritain(second.total_count));
        expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
        await page.goBack();
        await page.goBack();
        await page.getByRole('button', { name: 'Previous' }).waitFor();
        expect(new URL(page.url()).search).toBe('');
      });
    });

    test('mark who entered, moved and left since another report, and show them alone', async () => {
      const query = '/reports/user/churn?page_size=25';
      await reading(world(), '/reports/user/churn', async (page) => {
        const { counts } = await asked(query);
        for (const change of ['entered', 'moved', 'left'] as const) {
          const name = `${change[0]!.toUpperCase()}${change.slice(1)} ${inBritain(counts![change])}`;
          await page.getByRole('link', { name }).click();
          await isShown(page);
          const { rows } = await asked(`${query}&change=${change}`);
          expect(rows.length).toBeGreaterThan(0);
          const marks = await page.locator('table.report tbody .mark').allInnerTexts();
          expect(marks).toHaveLength(rows.length);
          const mark = { entered: /^new$/, moved: /^[↑↓]/, left: /^left, was/ }[change];
          for (const each of marks) expect(each).toMatch(mark);
        }
      });
    });

    test('are searched within the page, by name, address and org', async () => {
      await reading(world(), CHAMPIONS, async (page) => {
        const email = (await page.locator('.person small').first().innerText()).trim();
        await page.getByLabel('Search this page').fill(email.toUpperCase());
        await page.getByText('of the 25 on this page hold').waitFor();
        expect(await page.locator('table.report tbody tr').count()).toBe(1);
        expect(new URL(page.url()).searchParams.get('q')).toBe(email.toUpperCase());
        await page.getByLabel('Search this page').fill('nobody is called that');
        await page.getByText('0 of the 25').waitFor();
      });
    });

    test('of the past are chosen by their day, and put beside any earlier one', async () => {
      await reading(world(), '/reports/org/churn', async (page) => {
        const { runs } = (await world().api.get<RunList>('/api/insights/v1/runs?kept=true')).body;
        const [past, older] = [runs[3]!, runs.at(-1)!];
        await page.getByLabel('As of').selectOption(past.run_id);
        await page.waitForURL(/run=/);
        await page.getByLabel('Compared with').selectOption(older.run_id);
        await page.waitForURL(/against=/);
        await isShown(page);
        const pinned = `run_id=${past.run_id}&compare_to=${older.run_id}`;
        const { rows, counts } = await asked(`/reports/org/churn?page_size=25&${pinned}`);
        expect(await idsShown(page)).toEqual(
          rows.map((row) => ('org_id' in row ? row.org_id : '')),
        );
        const entered = page.getByRole('link', { name: `Entered ${inBritain(counts!.entered)}` });
        await entered.waitFor();
      });
    });

    test('are downloaded whole as CSV', async () => {
      await reading(world(), `${CHAMPIONS}?interval=60`, async (page) => {
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Download as CSV' }).click(),
        ]);
        expect(file.suggestedFilename()).toMatch(/^user-champion-60-\d{4}-\d\d-\d\d\.csv$/);
        const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
        const { total_count: total } = await asked('/reports/user/champion?interval=60');
        expect(lines).toHaveLength(total + 1);
      });
    });
  });
}

const addressOf = ({ subject, report, interval }: Ranking) =>
  `/reports/${subject}/${report}?interval=${interval}`;

const idOf = (row: ReportChanges['rows'][number]) => ('user_id' in row ? row.user_id : row.org_id);

/** Who is in the table, by the address that each name leads to. */
async function idsShown(page: Page): Promise<string[]> {
  const addresses = await page.evaluate<string[]>(
    `[...document.querySelectorAll('table.report tbody th a')].map((link) => link.pathname)`,
  );
  return addresses.map((address) => decodeURIComponent(address.split('/')[2]!));
}

async function ranks(page: Page): Promise<string[]> {
  const cells = await page.locator('table.report td.rank').allInnerTexts();
  return cells.map((text) => text.split(/\s/)[0]!);
}
