import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import {
  RANKINGS,
  type OrgContacts,
  type Ranking,
  type ReportChanges,
  type RunList,
} from '#libs/contracts';
import { isShown, openSignedIn } from '../../support/browser.js';
import { TEST_KEY } from '../../support/service.js';
import { heading, inBritain, isQuiet, reading, type World } from '../world.js';

const CHAMPIONS = '/reports/user/champion';
const COMPARED = [
  ['last week', 'last_week'],
  ['last month', 'last_month'],
  ['yesterday', 'yesterday'],
] as const;

export function reportCases(world: () => World): void {
  const asked = async (query: string): Promise<ReportChanges> =>
    (await world().api.get<ReportChanges>(`/api/insights/v1${query}`)).body;

  describe('reports', () => {
    test('are one click away each, and list each interval as the API ranks it', async () => {
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

    test('have pages, to the last and back', async () => {
      await reading(world(), CHAMPIONS, async (page) => {
        await page.getByRole('link', { name: 'Next' }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('?page=2');
        const second = await asked('/reports/user/champion?page_size=25&page_number=1');
        expect(await ranks(page)).toEqual(second.rows.map(({ rank }) => inBritain(rank!)));
        await page.getByRole('link', { name: 'Last' }).focus();
        await page.keyboard.press('Enter');
        await isShown(page);
        expect((await ranks(page)).at(-1)).toBe(inBritain(second.total_count));
        expect(await page.locator(':focus').innerText()).toBe('Last');
        expect(await page.locator('[aria-disabled=true]').allInnerTexts()).toEqual([
          'Next',
          'Last',
        ]);
        await page.goBack();
        await page.goBack();
        await page.locator('[aria-disabled=true]').getByText('Previous').waitFor();
        expect(new URL(page.url()).search).toBe('');
      });
    });

    test('mark entered, moved and left rows against another report, and filter by them', async () => {
      const query = `${CHAMPIONS}?page_size=25&compare_to=last_month`;
      await reading(world(), `${CHAMPIONS}?against=last_month`, async (page) => {
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

    test('color a rise as good among champions and as bad in attrition', async () => {
      const tones = async (path: string, isUp: boolean) => {
        let found: string[] = [];
        const arrow = isUp ? '↑' : '↓';
        await reading(world(), `${path}?against=last_month&change=moved&size=100`, async (page) => {
          found = await page.evaluate<string[]>(
            `[...document.querySelectorAll('table.report .mark')]
              .filter((mark) => mark.textContent.includes('${arrow}')).map((mark) => mark.className)`,
          );
        });
        return [...new Set(found)];
      };
      expect(await tones(CHAMPIONS, true)).toEqual(['mark good']);
      expect(await tones(CHAMPIONS, false)).toEqual(['mark bad']);
      expect(await tones('/reports/org/attrition', true)).toEqual(['mark bad']);
      expect(await tones('/reports/org/attrition', false)).toEqual(['mark good']);
    });

    test('can be compared with yesterday, last week or last month, as on the overview', async () => {
      await reading(world(), '/reports/org/attrition', async (page) => {
        for (const [label, name] of COMPARED) {
          await page.getByLabel('Compared with').selectOption({ label });
          await isShown(page);
          const { previous } = await asked(`/reports/org/attrition?compare_to=${name}`);
          await page.getByText(`compared with ${momentInBritain(previous!.report_time)}`).waitFor();
        }
      });
    });

    test('of past days show ages as of their day, whatever the browser’s clock', async () => {
      const { runs } = (await world().api.get<RunList>('/api/insights/v1/runs?kept=true')).body;
      const past = runs.at(-1)!;
      const path = `/reports/user/churn?run=${past.run_id}`;
      const { rows } = await asked(`/reports/user/churn?run_id=${past.run_id}&page_size=1`);
      const first = rows[0] as { last_active_at: number };
      const days = dayNumber(past.report_time) - dayNumber(first.last_active_at);
      const tab = await openSignedIn(world().browser, world().origin, TEST_KEY);
      await tab.page.clock.setFixedTime(new Date('2031-05-05'));
      await tab.page.goto(path);
      await isShown(tab.page);
      expect(await tab.page.locator('tbody td.number').first().innerText()).toBe(
        `${days} days ago`,
      );
      await tab.page.goto('/');
      await isShown(tab.page);
      expect(await tab.page.locator('.freshness').innerText()).toMatch(
        /made (this|\d+) (minute|hour)/,
      );
      await isQuiet(tab);
    });

    test('of churned organizations show the last activity and the people to call', async () => {
      await reading(world(), '/reports/org/churn', async (page) => {
        const { rows } = (
          await world().api.get<OrgContacts>('/api/insights/v1/reports/org/churn/contacts')
        ).body;
        const first = page.locator('table.report tbody tr').first();
        await first.getByText(`quiet since ${dayInBritain(rows[0]!.last_active_day!)}`).waitFor();
        const [owner] = rows[0]!.contacts;
        expect(owner!.role).toBe('Owner');
        expect(await first.innerText()).toContain(owner!.email);
      });
      await reading(world(), '/reports/org/champion_lost', async (page) => {
        const path = '/api/insights/v1/reports/org/champion_lost/contacts?page_size=25';
        const { rows } = (await world().api.get<OrgContacts>(path)).body;
        const lines = await page.locator('table.report tbody tr').allInnerTexts();
        expect(lines.length).toBe(rows.length);
        rows.forEach(({ champion, contacts }, index) => {
          if (champion?.last_name) expect(lines[index]).toContain(champion.last_name);
          if (contacts[0]?.email) expect(lines[index]).toContain(contacts[0].email);
        });
      });
    });

    test('of past days are chosen by day, and compared with any earlier one', async () => {
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

    test('can be downloaded as a complete CSV', async () => {
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

    test('can be downloaded as filtered, with the changes', async () => {
      const path = '/reports/org/attrition?against=last_month&change=entered&net_loss=true';
      await reading(world(), path, async (page) => {
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Download as CSV' }).click(),
        ]);
        const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
        expect(lines[0]).toContain('rank,previous_rank,change,org_id,name');
        const shown = await page.locator('table.report tbody th').allInnerTexts();
        expect(shown.length).toBeGreaterThan(0);
        expect(lines.slice(1).map((line) => line.split(',')[4])).toEqual(shown);
      });
    });
  });
}

const dayNumber = (seconds: number) => Math.floor(seconds / 86_400);
const dayInBritain = (day: string) =>
  new Date(day).toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const momentInBritain = (seconds: number) =>
  new Date(seconds * 1000).toLocaleString('en-GB', {
    ...{ dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' },
  });

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
