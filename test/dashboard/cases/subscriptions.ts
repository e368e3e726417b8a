import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SubscriptionList } from '#libs/contracts';
import { waitFor } from '../../support/api.js';
import { isShown, openSignedIn } from '../../support/browser.js';
import { startHooks, type Hooks } from '../../support/hooks.js';
import { plantKey } from '../../support/keys.js';
import { heading, isQuiet, reading, type World } from '../world.js';

const PATH = '/api/insights/v1/subscriptions';

export function subscriptionCases(world: () => World): void {
  const named = async (name: string) => {
    const { subscriptions } = (await world().api.get<SubscriptionList>(PATH)).body;
    return subscriptions.find((one) => one.name === name);
  };

  describe('subscriptions', () => {
    let hooks: Hooks;
    beforeAll(async () => {
      hooks = await startHooks();
    });
    afterAll(() => hooks.close());

    test('a report with its filter is subscribed to, tested, paused, changed and removed', async () => {
      const hook = hooks.open('page');
      const where = '[["trait.plan","set"]]';
      const report = `/reports/org/slipping?interval=14&where=${encodeURIComponent(where)}`;
      await reading(world(), report, async (page) => {
        await page.getByRole('link', { name: 'Subscribe' }).click();
        await isShown(page);
        expect(await page.locator('.filter-chip bdi').allInnerTexts()).toEqual(['plan is set']);
        await page.getByLabel('Changes').selectOption('entered');
        await page.getByLabel('URL').fill(hook.url);
        await press(page, 'Create the subscription');
        const secret = page.getByRole('group', { name: 'the secret' });
        hook.secret = (await secret.innerText()).trim();
        expect(hook.secret).toMatch(/^whsec_/);
        await page.getByRole('link', { name: 'I have copied it' }).click();
        await page.getByText('Nothing was sent yet.').waitFor();
        expect(await heading(page)).toBe('Slipping, 14 days');
        expect(await named('Slipping, 14 days')).toMatchObject({
          ...{ report: 'org/slipping', interval: '14', change: 'entered', segment: null },
          ...{ where: JSON.parse(where) as unknown, schedule: { every: 'run' }, state: 'active' },
        });

        await press(page, 'Send a test');
        await page.getByText('The test was sent: 200.').waitFor();
        const first = page.getByRole('table', { name: 'Deliveries' }).locator('tbody tr').first();
        await first.getByText('delivered').waitFor();
        expect([hook.arrivals.length, hook.problems]).toEqual([1, []]);

        await press(page, 'Pause');
        await page.locator('.mark').getByText('paused').waitFor();
        await page.getByRole('link', { name: 'Edit' }).click();
        await page.getByRole('combobox', { name: 'Send', exact: true }).selectOption('weekly');
        await page.getByRole('combobox', { name: 'On', exact: true }).selectOption('friday');
        await page.getByLabel('At', { exact: true }).fill('16:30');
        await press(page, 'Save');
        await page.getByText('Fridays at 16:30').waitFor();
        expect(await page.locator('.facts').innerText()).toMatch(/paused.*plan is set/s);

        await press(page, 'New secret');
        await press(page, 'Make a new secret');
        expect((await secret.innerText()).trim()).not.toBe(hook.secret);
        await press(page, 'Delete');
        await press(page, 'Cancel');
        await press(page, 'Delete');
        await press(page, 'Delete the subscription');
        await page.getByRole('heading', { name: 'Subscriptions' }).waitFor();
        await isShown(page);
        expect(await named('Slipping, 14 days')).toBeUndefined();
      });
    });

    test('a delivery that failed says why, and is sent again', async () => {
      const hook = hooks.open('failing');
      hook.answer = () => 500;
      const created = await world().api.post<{ id: string; secret: string }>(PATH, {
        ...{ name: 'Failing', report: 'user/churn', interval: '30', schedule: { every: 'run' } },
        target: { kind: 'webhook', url: hook.url },
      });
      hook.secret = created.body.secret;
      await reading(world(), `/subscriptions/${created.body.id}`, async (page) => {
        await press(page, 'Send a test');
        await page.getByText(/^The test failed: .*500/).waitFor();
        const first = page.getByRole('table', { name: 'Deliveries' }).locator('tbody tr').first();
        await first.getByText('given up').waitFor();
        hook.answer = () => 200;
        await first.getByRole('button', { name: /^Send the message of/ }).click();
        await waitFor(() => (hook.accepted().length === 1 ? true : undefined));
        await page.reload();
        await first.getByText('delivered').waitFor();
      });
      const removed = await world().api.send('DELETE', `${PATH}/${created.body.id}`);
      expect(removed.status).toBeLessThan(300);
    });

    test('a key without admin sees them without their secrets, and changes nothing', async () => {
      const key = await plantKey(world().databaseUrl, 'a reader of subscriptions', 'read');
      const tab = await openSignedIn(world().browser, world().origin, key);
      const { page } = tab;
      await page.goto('/subscriptions');
      await page.getByText('hooks.slack.example').waitFor();
      expect(await page.locator('main').innerText()).not.toContain('customer-success');
      expect(await page.getByRole('link', { name: 'New subscription' }).count()).toBe(0);
      await page.getByRole('link', { name: 'Who went quiet, each Monday' }).click();
      await page.getByText('Mondays at 09:00').waitFor();
      expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
      await page.goto('/subscriptions/new');
      await page.getByText('Only an administrator can do this.').waitFor();
      await page.goto('/reports/org/churn');
      await isShown(page);
      expect(await page.getByRole('link', { name: 'Subscribe' }).count()).toBe(0);
      await isQuiet(tab);
    });
  });
}

/** Presses the last button with a name: a confirmation comes after what it confirms. */
const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).last().click();
