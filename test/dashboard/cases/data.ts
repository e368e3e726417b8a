import { describe, expect, test } from '@jest/globals';
import { waitFor } from '../../support/api.js';
import { isShown } from '../../support/browser.js';
import { ask } from '../../support/database.js';
import { delayReplay, insertLargeLetters, insertUsableLetters } from '../../support/letters.js';
import { reading, type World } from '../world.js';

export function dataCases(world: () => World): void {
  describe('the data page', () => {
    test('makes reports on demand and shows their time and rows', async () => {
      await reading(world(), '/data', async (page) => {
        const runs = page.getByRole('table', { name: 'Report runs' }).locator('tbody tr');
        // Two times in the same minute have the same text.
        const all = async () => (await runs.allInnerTexts()).join();
        await runs.first().waitFor();
        const before = await all();
        await page.getByRole('button', { name: 'Make reports now' }).click();
        await page.getByText('The reports are made.').waitFor();
        await waitFor(async () => ((await all()) !== before ? true : undefined));
        expect(await runs.first().innerText()).toMatch(/completed.*\d/s);
      });
    });

    test('creates a key that is shown once, and revokes it at the second press', async () => {
      await reading(world(), '/data', async (page) => {
        await page.getByRole('link', { name: 'API keys' }).click();
        const keys = page.getByRole('main');
        await keys.getByLabel('Name of the key').fill('made in a page');
        await keys.getByLabel('Expires on').fill('2099-12-31');
        await keys.getByRole('button', { name: 'Create key' }).click();
        const shown = keys.getByRole('group', { name: 'the key' });
        const key = (await shown.innerText()).trim();
        const headers = { Authorization: `Bearer ${key}` };
        const event = {
          id: 'k1',
          type: 'user.created',
          data: { user_id: 'k1', email: 'k@x.example' },
        };
        const sent = await world().api.post('/api/ingest/v1/events', [event], headers);
        expect(sent.status).toBe(200);
        const line = keys.getByRole('row').filter({ hasText: 'made in a page' });
        expect(await line.innerText()).toMatch(/ingest.*never.*31 Dec 2099/s);
        await line.getByRole('button', { name: 'Revoke' }).click();
        await line.getByRole('button', { name: 'Press again to revoke' }).click();
        await line.getByText(/^revoked/).waitFor();
        await page.reload();
        await line.getByText(/^revoked/).waitFor();
        expect(await shown.count()).toBe(0);

        await page.goto('/data/audit');
        await page.getByLabel('Action').selectOption('key.created');
        await page.waitForURL(/action=key\.created/);
        await isShown(page);
        const last = page.getByRole('table', { name: 'Audit log' }).locator('tbody tr').first();
        expect(await last.innerText()).toMatch(/signed in with a key\s+key created/);
      });
    });

    test('withdraws a run after confirmation', async () => {
      const { run_id, report_time } = await world().api.run();
      await reading(world(), '/data', async (page) => {
        const table = page.getByRole('table', { name: 'Report runs' });
        const first = table.locator('tbody tr').first();
        await first.locator(`a[href*="${run_id}"]`).waitFor();
        await first.getByRole('button', { name: /^Withdraw the run of/ }).click();
        await first.getByRole('button', { name: 'Keep' }).click();
        await first.getByRole('button', { name: /^Withdraw the run of/ }).click();
        await first.getByRole('button', { name: 'Withdraw permanently' }).click();
        await table.locator(`a[href*="${run_id}"]`).waitFor({ state: 'detached' });
      });
      const run = await world().api.get(`/api/admin/v1/report_runs/${run_id}`);
      expect(run.body).toMatchObject({ state: 'withdrawn', report_time });
    });

    test('shows rejected events with their reasons, and replays them', async () => {
      const wrong = [{ type: 'user.active', id: 'wrong-one', data: { user_id: '' } }];
      await world().api.post('/api/ingest/v1/events', wrong);
      await reading(world(), '/data', async (page) => {
        const letters = page.getByRole('table', { name: 'Rejected events' });
        const line = letters.getByRole('row').filter({ hasText: 'wrong-one' });
        expect(await line.innerText()).toMatch(/user\.active.*data\.user_id.*must not be empty/s);
        await page.getByText(/All rejected events take 0\.\d MiB of 256 MiB/).waitFor();
        await page.getByRole('button', { name: 'Try all again' }).click();
        await page.getByText('0 could be used now, 1 still could not.').waitFor();
      });
    });

    test('shows all rejected events and replays them, also when that takes several requests', async () => {
      const { databaseUrl } = world();
      await ask(databaseUrl, 'truncate dead_letters');
      await insertUsableLetters(databaseUrl, 1, 3);
      await insertLargeLetters(databaseUrl, 5);
      await reading(world(), '/data', async (page) => {
        const rows = page.getByRole('table', { name: 'Rejected events' }).locator('tbody tr');
        await waitFor(async () => (await rows.count()) === 4);
        // Both pages have four rows: the second is the last.
        const earlier = page.getByRole('link', { name: 'Earlier events' });
        await earlier.click();
        await earlier.waitFor({ state: 'detached' });
        expect(await rows.count()).toBe(4);
        const { release } = await delayReplay(databaseUrl, 'usable-2');
        await page.getByRole('button', { name: 'Try all again' }).click();
        await release();
        await page.getByText(/Trying again … \d left\.|3 could be used now/).waitFor();
        await page.getByText('3 could be used now, 5 still could not.').waitFor();
      });
      await ask(databaseUrl, 'truncate dead_letters');
    });
  });
}
