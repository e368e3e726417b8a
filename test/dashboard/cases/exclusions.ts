import { afterEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Exclusions, ExclusionsPreview, OrgPage, UserPage } from '#libs/contracts';
import { isShown, openSignedIn } from '../../support/browser.js';
import { plantKey } from '../../support/keys.js';
import { TEST_KEY } from '../../support/service.js';
import { firstOf, isQuiet, reading, type World } from '../world.js';

const PATH = '/api/admin/v1/exclusions';
const NONE = { email_domains: [], user_ids: [], org_ids: [] };

export function exclusionCases(world: () => World): void {
  const rules = async () => (await world().api.get<Exclusions>(PATH)).body;
  const preview = async (given: object) =>
    (await world().api.post<ExclusionsPreview>(`${PATH}/preview`, given)).body.excluded;

  const put = async (given: object) => {
    const headers = { Authorization: `Bearer ${TEST_KEY}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify(given);
    const reply = await fetch(world().origin + PATH, { method: 'PUT', headers, body });
    expect(reply.status).toBe(200);
  };

  describe('exclusions', () => {
    afterEach(() => put(NONE));

    test('a user is excluded after a confirmation, and included again, on the user’s page', async () => {
      const id = await firstOf(world(), 'user', 'champion');
      const { user } = (await world().api.get<UserPage>(`/api/insights/v1/users/${id}`)).body;
      await reading(world(), `/users/${id}`, async (page) => {
        await press(page, 'Exclude this user');
        await press(page, 'Cancel');
        await press(page, 'Exclude this user');
        await press(page, 'Exclude this user');
        await page.getByRole('heading', { name: 'This user is excluded' }).waitFor();
        await isShown(page);
        expect(await rules()).toMatchObject({ ...NONE, user_ids: [id], excluded: { users: 1 } });
        expect(await page.getByLabel('Profile').innerText()).toContain(user.email);
        expect(await page.locator('.calendar, .org-panels').count()).toBe(0);
        await press(page, 'Include this user again');
        await page.locator('.calendar .active').first().waitFor();
        expect(await rules()).toMatchObject({ ...NONE, excluded: { users: 0, orgs: 0 } });
      });
    });

    test('an excluded organization is listed with the rules, where it can be included again', async () => {
      const id = await firstOf(world(), 'org', 'growth');
      const { org } = (await world().api.get<OrgPage>(`/api/insights/v1/orgs/${id}`)).body;
      await reading(world(), `/orgs/${id}`, async (page) => {
        await press(page, 'Exclude this organization');
        await press(page, 'Exclude this organization');
        await page.getByRole('heading', { name: 'This organization is excluded' }).waitFor();
        await isShown(page);
        expect(await page.locator('h1').innerText()).toBe(org.name);
        expect(await page.getByRole('region', { name: 'Members', exact: true }).count()).toBe(0);
        await page.getByRole('link', { name: 'Data' }).click();
        await page.getByText('1 rule excludes 0 users and 1 organization').waitFor();
        await page.getByRole('link', { name: 'Change the rules' }).click();
        await press(page, `Remove ${id}`);
        await page.getByText(/exclude 0 users and 0 organizations \(now 0 and 1\)/).waitFor();
        await press(page, 'Save the rules');
        await page.getByText(/^Saved as version \d+/).waitFor();
        expect(await rules()).toMatchObject({ ...NONE, excluded: { users: 0, orgs: 0 } });
      });
    });

    test('rules are previewed before they are saved, and named on the pages of the users they mean', async () => {
      const id = await firstOf(world(), 'user', 'champion');
      const { user } = (await world().api.get<UserPage>(`/api/insights/v1/users/${id}`)).body;
      const domain = user.email!.split('@')[1]!;
      const meant = await preview({ email_domains: [domain], user_ids: [id] });
      expect(meant.users).toBeGreaterThan(1);
      await reading(world(), '/data/exclusions', async (page) => {
        await page.getByLabel('Domain', { exact: true }).fill(domain.toUpperCase());
        await press(page, 'Add to E-mail domains');
        await page.getByLabel('Id of a user').fill(id);
        await page.keyboard.press('Enter');
        await page.getByText('2 unsaved changes').waitFor();
        await page.getByText(`would exclude ${meant.users} users and 0 organizations`).waitFor();
        expect(await rules()).toMatchObject(NONE);
        await press(page, 'Discard the changes');
        await page.getByText('unsaved change').waitFor({ state: 'detached' });

        await page.getByLabel('Domain', { exact: true }).fill(domain);
        await page.keyboard.press('Enter');
        await page.getByText('1 unsaved change').waitFor();
        await press(page, 'Save the rules');
        await page
          .getByText(/^Saved as version \d+\. The latest reports were made with other/)
          .waitFor();
        expect(await rules()).toMatchObject({ email_domains: [domain], excluded: meant });
        await page.goto(`/users/${id}`);
        await page.getByText(`The e-mail matches ${domain}`).waitFor();
        expect(await page.getByRole('button', { name: 'Include' }).count()).toBe(0);
        await page.getByRole('link', { name: 'Change the rules' }).click();
        await page.getByRole('heading', { name: 'Exclusions' }).waitFor();
        await isShown(page);
      });
    });

    test('a rule that is not valid and rules that changed in the meantime are not saved', async () => {
      // The browser itself notes a 400 in its console.
      const { page } = await openSignedIn(world().browser, world().origin, TEST_KEY);
      await page.goto('/data/exclusions');
      const field = page.getByLabel('Domain', { exact: true });
      await field.fill('*.example');
      await field.press('Enter');
      await page
        .getByRole('alert')
        .getByText('“*.example” must name two labels or more after *.')
        .waitFor();
      expect(await field.inputValue()).toBe('*.example');
      expect(await page.getByText('unsaved change').count()).toBe(0);

      // Rules that were changed elsewhere in the meantime are not overwritten.
      await field.fill('*.own.example');
      await field.press('Enter');
      await page.getByText('would exclude').waitFor();
      await put({ ...NONE, org_ids: ['changed-elsewhere'] });
      await press(page, 'Save the rules');
      await page.getByRole('alert').getByText('changed elsewhere').waitFor();
      expect(await rules()).toMatchObject({ ...NONE, org_ids: ['changed-elsewhere'] });
      await page.context().close();
    });

    test('a key without admin can neither see nor change the rules', async () => {
      const id = await firstOf(world(), 'user', 'champion');
      const key = await plantKey(world().databaseUrl, 'a reader of exclusions', 'read');
      const tab = await openSignedIn(world().browser, world().origin, key);
      const { page } = tab;
      await page.goto('/data/exclusions');
      await page.getByText('Sign in with a key that has the scope admin').waitFor();
      await page.goto(`/users/${id}`);
      await page.locator('.calendar').waitFor();
      expect(await page.getByRole('button', { name: /Exclude/ }).count()).toBe(0);
      await put({ ...NONE, user_ids: [id] });
      await page.reload();
      await page.getByText('An administrator can undo this.').waitFor();
      expect(await page.getByRole('button', { name: /Include|Remove/ }).count()).toBe(0);
      await isQuiet(tab);
    });
  });
}

/** Presses the last button with a name: a confirmation comes after what it confirms. */
const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).last().click();
