import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type {
  CountedOrgProfile,
  CountedUser,
  OrgActivity,
  OrgMembers,
  PersonExport,
} from '#libs/contracts';
import { isShown, openSignedIn } from '../../support/browser.js';
import { TEST_KEY } from '../../support/service.js';
import { firstOf, heading, inBritain, reading, type World } from '../world.js';

export function subjectCases(world: () => World): void {
  describe('pages of a user or an org', () => {
    test('a user page has profile, active days, orgs, invites, parameters and report positions', async () => {
      const id = await firstOf(world(), 'user', 'top_inviter');
      const { body } = await world().api.get<CountedUser>(`/api/insights/v1/users/${id}`);
      await reading(world(), `/users/${id}`, async (page) => {
        expect(await page.getByLabel('Profile').innerText()).toContain(body.user.email);
        expect(await page.locator('.calendar .active').count()).toBe(body.activity.days.length);
        expect(await page.locator('.calendar rect').count()).toBe(365);
        const activity = await page.getByRole('region', { name: /^Activity/ }).innerText();
        for (const { name, days } of body.activity.named)
          expect(activity).toContain(`${name} (${days.length} day`);
        const orgs = page.getByRole('region', { name: 'Organizations' });
        expect(await orgs.getByRole('link').allInnerTexts()).toEqual(
          body.orgs.map(({ name }) => name),
        );
        const invites = page.getByRole('region', { name: 'Invites' });
        expect(await invites.innerText()).toContain(`${inBritain(body.invites.total)} people`);
        const standings = page.getByRole('region', { name: 'In the latest reports' });
        expect(await standings.getByRole('link').count()).toBe(body.reports.length);
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Download this person’s data' }).click(),
        ]);
        const person = JSON.parse(await readFile(await file.path(), 'utf8')) as PersonExport;
        expect([person.user_id, person.state]).toEqual([id, 'existing']);
        await standings.getByRole('link', { name: /^Top inviters, 30/ }).click();
        await isShown(page);
        expect(await heading(page)).toBe('Top inviters');
      });
    });

    test('an org page has members now and over time, active members, additions and removals', async () => {
      const id = await aLargeOrg(world());
      const path = `/api/insights/v1/orgs/${id}`;
      const { body } = await world().api.get<CountedOrgProfile & OrgActivity>(path);
      await reading(world(), `/orgs/${id}`, async (page) => {
        expect(await heading(page)).toBe(body.org.name);
        const list = (name: string) => page.getByRole('list', { name }).locator('li');
        expect(await list('Champions').count()).toBe(body.most_active.length);
        expect(await list('Joined').count()).toBe(body.joined.length);
        expect(await list('Left').count()).toBe(body.left.length);
        const counts = await list('Champions').allInnerTexts();
        for (const text of counts)
          expect(text).toMatch(/\b(1 active day|([2-9]|\d\d) active days)$/);
        const health = page.getByRole('region', { name: 'Health', exact: true });
        const { score, ...parts } = body.health!;
        expect(await health.locator('.total strong').innerText()).toBe(inBritain(score));
        expect((await health.locator('dd strong').allInnerTexts()).sort()).toEqual(
          Object.values(parts).map(inBritain).sort(),
        );
        const healths = page
          .getByRole('table', { name: 'Health over 12 weeks' })
          .locator('tbody tr');
        expect(await healths.locator('td:nth-child(2)').allInnerTexts()).toEqual(
          body.health_over_time
            .map(({ health: each }) => (each ? inBritain(each.score) : '–'))
            .reverse(),
        );
        expect(await list('Whom to call').count()).toBe(body.contacts.length);
        for (const { email } of body.contacts)
          await page.getByRole('region', { name: 'Whom to call' }).getByText(email!).waitFor();
        const listed = await page.locator('.timeline .mark').allInnerTexts();
        expect(listed).toEqual(body.list_changes.map(({ change }) => change));
        await page.getByRole('button', { name: 'As a table: Members by week' }).click();
        const weeks = page.getByRole('table', { name: 'Members by week' }).locator('tbody tr');
        expect(await weeks.count()).toBe(body.members_over_time.length);
        expect(await weeks.first().innerText()).toContain('so far');

        const members = page.getByRole('region', { name: 'Members', exact: true });
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          members.getByRole('link', { name: 'Members as CSV' }).click(),
        ]);
        const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
        expect(lines).toHaveLength(body.num_users + 1);
        await members.getByRole('link', { name: 'Next' }).click();
        await isShown(page);
        const second = await world().api.get<OrgMembers>(
          `${path}/members?page_size=25&page_number=1`,
        );
        expect(await members.locator('tbody th small').allInnerTexts()).toEqual(
          second.body.rows.map(({ email }) => email),
        );
      });
    });

    test('an impossible address shows the reason', async () => {
      const { browser, origin } = world();
      const { page } = await openSignedIn(browser, origin, TEST_KEY);
      await page.goto('/?cadence=Daily&from=1990-01-01&to=2020-01-01&compare=no');
      await page
        .getByText(/1,?100/)
        .first()
        .waitFor();
      await page.goto('/reports/user/champion?against=someday');
      await page.getByText('must be the id of a run or one of previous, yesterday').waitFor();
      await page.getByRole('link', { name: 'Show the page without these options' }).click();
      await isShown(page);
      expect(await page.locator('table.report tbody tr').count()).toBe(25);
      await page.context().close();
    });

    test('an unknown page says so, with links to go on', async () => {
      const { browser, origin } = world();
      // The browser itself notes each 404 of the API in its console.
      const { page } = await openSignedIn(browser, origin, TEST_KEY);
      for (const path of ['/users/unknown', '/orgs/none', '/reports/user/none', '/a/b/c/d']) {
        await page.goto(path);
        await page
          .locator('h1')
          .getByText(/no such/i)
          .waitFor();
        expect(await page.locator('main a').count()).toBeGreaterThan(0);
      }
      await page.context().close();
    });
  });
}

/** The id of an organization whose members fill more than a page. */
async function aLargeOrg({ api }: World): Promise<string> {
  const { body } = await api.page('org', 'growth', 'page_size=100');
  const large = body.org_reports!.find(({ num_users: members }) => Number(members) > 25);
  return String(large!['org_id']);
}
