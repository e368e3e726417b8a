import { describe, expect, test } from '@jest/globals';
import type { ReportChanges, Summary } from '#libs/contracts';
import { isShown } from '../../support/browser.js';
import { firstOf, inBritain, reading, type World } from '../world.js';

const WARNINGS = [
  ['Slipping', 'slipping', '14'],
  ['Champion lost', 'champion_lost', '30'],
  ['Owner lost', 'owner_lost', '30'],
] as const;

export function overviewCases(world: () => World): void {
  describe('the overview', () => {
    test('shows the numbers of the API, each with its definition', async () => {
      const summary = (await world().api.get<Summary>('/api/insights/v1/summary')).body;
      await reading(world(), '/', async (page) => {
        expect(await page.locator('.who').innerText()).toContain(`Days in ${summary.time_zone}`);
        const shown = await page.locator('.figure .big').allInnerTexts();
        const { totals, this_month: month } = summary;
        const numbers = [month.signups, month.active_users, month.active_orgs];
        expect(shown).toEqual([...numbers, totals.users, totals.orgs].map(inBritain));
        const { body } = await world().api.get<{ terms: Record<string, string> }>(
          '/api/insights/v1/definitions',
        );
        await page.locator('.figure [data-term=active_orgs]').hover();
        expect(await page.locator('.hint').innerText()).toBe(body.terms['active_orgs']);
        await page.keyboard.press('Escape');
        expect(await page.locator('.hint').count()).toBe(0);
        await page.locator('.figure [data-term=signups]').focus();
        expect(await page.locator('.hint').innerText()).toBe(body.terms['signups']);
      });
    });

    test('lists the customers to call today', async () => {
      await reading(world(), '/', async (page) => {
        for (const title of ['Gone quiet', 'Losing people', 'Users who went quiet', 'Champions']) {
          const list = page.getByRole('article', { name: new RegExp(`^${title}`) });
          expect(await list.locator('li').count()).toBe(5);
        }
        const quiet = await page.getByRole('article', { name: /^Gone quiet/ }).innerText();
        expect(quiet).toMatch(/quiet since \d+ \w+ \d{4}\s+Call .+ \((Owner|Admin)\)/);
        const losing = page.getByRole('article', { name: /^Losing people/ });
        for (const line of await losing.locator('li').allInnerTexts()) {
          const [left, joined] = /(\d+) left, (\d+) joined/.exec(line)!.slice(1).map(Number);
          expect(left).toBeGreaterThan(joined!);
        }
        await page.getByRole('link', { name: 'last month' }).click();
        await isShown(page);
        await losing.getByRole('link', { name: /^All/ }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('?interval=30&net_loss=true&against=last_month');
        await page.goBack();
        await page.goBack();
        await isShown(page);
        const first = await firstOf(world(), 'user', 'champion');
        await page
          .getByRole('article', { name: /^Champions/ })
          .locator('li a')
          .first()
          .click();
        await isShown(page);
        expect(page.url()).toBe(`${world().origin}/users/${first}`);
      });
    });

    test('leads with the customers that are going, and counts those that are new', async () => {
      const path = (report: string, interval: string) =>
        `/api/insights/v1/reports/org/${report}?interval=${interval}&page_size=5&compare_to=last_month`;
      const report = async (name: string, interval: string) =>
        (await world().api.get<ReportChanges>(path(name, interval))).body;
      await reading(world(), '/?against=last_month', async (page) => {
        const slipping = await report('slipping', '14');
        const news = page.getByRole('article', { name: 'New since last month' });
        expect(await news.locator('strong').allInnerTexts()).toEqual(
          [
            slipping,
            await report('champion_lost', '30'),
            await report('owner_lost', '30'),
            await report('churn', '30'),
          ].map(({ counts }) => inBritain(counts!.entered)),
        );
        for (const [title, name, interval] of WARNINGS) {
          const lines = page
            .getByRole('article', { name: `${title} ${interval} days` })
            .locator('li');
          const { total_count: total } = await report(name, interval);
          expect([name, await lines.count()]).toEqual([name, Math.min(total, 5)]);
        }
        const [first] = await page
          .getByRole('article', { name: 'Slipping 14 days' })
          .locator('li')
          .allInnerTexts();
        expect(first).toMatch(/\d+ to \d+ active users?, -\d+%\s+Call /);
        await news.getByRole('link', { name: /Slipping/ }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('?interval=14&change=entered&against=last_month');
        const rows = page.locator('table.report tbody tr');
        expect(await rows.count()).toBe(slipping.counts!.entered);
      });
    });

    test('draws charts that arrow keys and tables make readable, over ranges in the address', async () => {
      await reading(world(), '/?cadence=Monthly&last=6', async (page) => {
        const chart = page.getByRole('slider', { name: /^Active users/ });
        expect(await chart.getAttribute('aria-valuetext')).toContain('so far');
        await chart.focus();
        await page.keyboard.press('Home');
        const { body } = await world().api.get<{ metrics: { date: string; result: number }[] }>(
          '/api/backend/v1/chart_metrics/active_users?cadence=Monthly',
        );
        const [oldest] = body.metrics.slice(-6);
        const said = `: ${inBritain(oldest!.result)} ·`;
        await page.locator(`[role=slider][aria-valuenow="0"][aria-valuetext*="${said}"]`).waitFor();
        await page.getByLabel('As tables').check();
        const table = page.getByRole('table', { name: 'Active users' });
        await table.waitFor();
        expect(await table.locator('tbody tr').count()).toBe(6);
        expect(await table.locator('tbody td:nth-child(2)').allInnerTexts()).toEqual(
          body.metrics
            .slice(-6)
            .reverse()
            .map(({ result }) => inBritain(result)),
        );
        expect(await table.locator('tbody tr').first().innerText()).toContain('so far');
        await page.getByRole('link', { name: 'Weekly', exact: true }).click();
        await isShown(page);
        expect(new URL(page.url()).search).toBe('?cadence=Weekly&as=table');
        await page.goBack();
        await page.goBack();
        await page.getByRole('slider').first().waitFor();
        expect(new URL(page.url()).search).toBe('?cadence=Monthly&last=6');
      });
    });
  });
}
