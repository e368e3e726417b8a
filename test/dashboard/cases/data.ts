import { describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { reading, type World } from '../world.js';

export function dataCases(world: () => World): void {
  describe('the data page', () => {
    test('has reports made now, and shows their time and rows', async () => {
      await reading(world(), '/data', async (page) => {
        const runs = page.getByRole('table', { name: 'Report runs' }).locator('tbody tr');
        // Two of the same minute read the same.
        const all = async () => (await runs.allInnerTexts()).join();
        await runs.first().waitFor();
        const before = await all();
        await page.getByRole('button', { name: 'Make reports now' }).click();
        await page.getByText('The reports are made.').waitFor();
        await waitFor(async () => ((await all()) !== before ? true : undefined));
        expect(await runs.first().innerText()).toMatch(/completed.*\d/s);
      });
    });

    test('withdraws a run once that is confirmed', async () => {
      const { run_id, report_time } = await world().api.run();
      await reading(world(), '/data', async (page) => {
        const table = page.getByRole('table', { name: 'Report runs' });
        const first = table.locator('tbody tr').first();
        await first.locator(`a[href*="${run_id}"]`).waitFor();
        await first.getByRole('button', { name: /^Withdraw the run of/ }).click();
        await first.getByRole('button', { name: 'Keep' }).click();
        await first.getByRole('button', { name: /^Withdraw the run of/ }).click();
        await first.getByRole('button', { name: 'Withdraw for good' }).click();
        await table.locator(`a[href*="${run_id}"]`).waitFor({ state: 'detached' });
      });
      const run = await world().api.get(`/api/admin/v1/report_runs/${run_id}`);
      expect(run.body).toMatchObject({ state: 'withdrawn', report_time });
    });

    test('shows rejected events with their reasons, and tries them again', async () => {
      const wrong = [{ type: 'user.active', id: 'wrong-one', data: { user_id: '' } }];
      await world().api.post('/api/ingest/v1/events', wrong);
      await reading(world(), '/data', async (page) => {
        const letters = page.getByRole('table', { name: 'Rejected events' });
        const line = letters.getByRole('row').filter({ hasText: 'wrong-one' });
        expect(await line.innerText()).toMatch(/user\.active.*data\.user_id.*must not be empty/s);
        await page.getByRole('button', { name: 'Try all again' }).click();
        await page.getByText('0 could be used now, 1 still cannot.').waitFor();
      });
    });
  });
}
