import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { RANKINGS, intervalsOf, type Ranking } from '#libs/contracts';
import { waitFor } from '../support/api.js';
import {
  hasBrowser,
  isShown,
  openSignedIn,
  overflow,
  startBrowser,
  violations,
} from '../support/browser.js';
import { plantKey } from '../support/keys.js';
import { active, added, orgCreated, userCreated } from '../support/model/fixtures/builders.js';
import { freePort } from '../support/ports.js';
import { startProcess, startTestService, TEST_KEY, testSettings } from '../support/service.js';
import { utcDay } from '../support/runs.js';
import { heading, isQuiet, reading } from './world.js';

jest.setTimeout(90_000);

if (!hasBrowser) test.todo('the dashboard on odd data (there is no chromium here)');

const inBrowser = hasBrowser ? describe : describe.skip;
const PAGES = [
  '/',
  '/reports/user/champion',
  '/reports/org/churn',
  '/users',
  '/orgs',
  '/data',
  '/start',
];
const isFirstInterval = ({ subject, report, interval }: Ranking) =>
  intervalsOf(subject, report)?.[0] === interval;
const PHONE = { viewport: { width: 320, height: 740 } };

let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser();
});
afterAll(() => browser?.close());

inBrowser('with no data at all', () => {
  test('a key created in the page and the command beside it send the first data', async () => {
    const service = await startTestService({ REPORT_CRON: '0 0 1 1 *' });
    try {
      const tab = await openSignedIn(browser, service.origin, TEST_KEY);
      await tab.page.goto('/');
      await tab.page.getByLabel('Name of the key').fill('my app');
      await tab.page.getByRole('button', { name: 'Create key' }).click();
      const command = tab.page.getByRole('group', { name: 'the command that sends events' });
      await command.getByText('Bearer insightd_').waitFor();
      const { stdout } = await promisify(execFile)('sh', ['-c', `${await command.innerText()} -s`]);
      expect(JSON.parse(stdout)).toMatchObject({ accepted: 4, rejected: [] });
      await tab.page.getByRole('button', { name: 'Check again' }).click();
      await tab.page.getByRole('heading', { name: 'This month' }).waitFor();
      // The button has gone, and the focus is on the page's heading.
      expect(await tab.page.locator(':focus').innerText()).toBe('Overview');
      await isQuiet(tab);
    } finally {
      await service.close();
    }
  });

  test('every page says what is missing, without errors', async () => {
    const service = await startTestService({ REPORT_CRON: '0 0 1 1 *' });
    try {
      const tab = await openSignedIn(browser, service.origin, TEST_KEY);
      await tab.page.goto('/');
      await tab.page.getByText('There is no data yet').waitFor();
      const guide = await tab.page.locator('main').innerText();
      for (const part of ['/api/ingest/v1/events', '/webhooks/clerk', '/webhooks/propelauth']) {
        expect(guide).toContain(service.origin + part);
      }
      for (const path of PAGES) {
        await tab.page.goto(path);
        await isShown(tab.page);
        const text = await tab.page.locator('main').innerText();
        expect(text).toMatch(/There is no data yet|No report has been made yet|Send your data/);
        expect([path, await violations(tab.page)]).toEqual([path, []]);
      }
      await tab.page.goto('/data');
      await tab.page.getByRole('button', { name: 'Make reports now' }).click();
      await tab.page.getByText('The reports are made.').waitFor({ timeout: 60_000 });
      const lists = RANKINGS.filter(isFirstInterval).map(({ subject, report }) => ({
        ...{ subject, path: `/reports/${subject}/${report}` },
      }));
      lists.push({ subject: 'user', path: '/users' }, { subject: 'org', path: '/orgs' });
      for (const { subject, path } of lists) {
        await tab.page.goto(path);
        const what = subject === 'user' ? 'users' : 'organizations';
        await tab.page.getByText(`There is no data about ${what} yet.`).waitFor();
      }
      await isQuiet(tab);
    } finally {
      await service.close();
    }
  });
});

inBrowser('hostile names', () => {
  const NAMES = {
    markup: `<img src=x onerror="alert(1)"><script>alert(2)</script>`,
    arabic: '\u202eمستخدم تجريبي\u202d',
    emoji: '👩🏽‍🚀🧨 \u0301\u0301\u0301',
    long: 'W'.repeat(4_000),
  };
  const people = Object.entries(NAMES).map(([id, name]) => ({ id: `${id}/../?#%00"'`, name }));
  let service: Awaited<ReturnType<typeof startTestService>>;
  beforeAll(async () => {
    service = await startTestService({ REPORT_CRON: '0 0 1 1 *' });
    const { api } = service;
    for (const { id, name } of people) {
      await api.ingest([
        userCreated(id, '2024-06-01', {
          email: `${name}@x.example`,
          username: name,
          first_name: name,
          last_name: name,
          signup_query_parameters: { [name]: name },
        }),
        orgCreated(`org ${id}`, '2024-06-01', { name }),
        added(id, `org ${id}`, '2024-06-02', name.slice(0, 200)),
        ...active(id, utcDay(-1)),
      ]);
    }
    await api.run();
  });
  afterAll(() => service?.close());

  test('are shown as text and have no effect', async () => {
    const tab = await openSignedIn(browser, service.origin, TEST_KEY, PHONE);
    const { page } = tab;
    const paths = ['/', '/reports/user/champion', '/reports/org/growth?interval=90', '/data'];
    paths.push('/users', '/orgs');
    for (const { id } of people) {
      paths.push(`/users/${encodeURIComponent(id)}`, `/orgs/${encodeURIComponent(`org ${id}`)}`);
    }
    for (const path of paths) {
      await page.goto(path);
      await isShown(page);
      expect([path, await overflow(page)]).toEqual([path, 0]);
      expect(await page.locator('main img, main script').count()).toBe(0);
    }
    await isQuiet(tab);
  });

  test('link to the right pages', async () => {
    await reading({ browser, origin: service.origin }, '/reports/user/champion', async (page) => {
      const links = page.locator('table.report tbody th a');
      expect(await links.count()).toBe(people.length);
      const names = await page.evaluate<string[]>(
        `[...document.querySelectorAll('table.report tbody th a')].map((link) => link.textContent)`,
      );
      expect(new Set(names)).toEqual(new Set(people.map(({ name }) => `${name} ${name}`)));
      for (let index = 0; index < people.length; index++) {
        await links.nth(index).click();
        await isShown(page);
        const said = await page.getByLabel('Profile').innerText();
        expect(people.filter(({ id }) => said.includes(id))).toHaveLength(1);
        await page.goBack();
        await links.first().waitFor();
      }
    });
  });

  test('a read key sees no actions and no rejected events', async () => {
    const key = await plantKey(service.databaseUrl, '<b>a reader</b>', 'read');
    const tab = await openSignedIn(browser, service.origin, key);
    await tab.page.goto('/data');
    await isShown(tab.page);
    await tab.page.getByText('<b>a reader</b>').waitFor();
    await tab.page.getByText('Sign in with a key that has the scope admin').waitFor();
    expect(await tab.page.getByRole('button').allInnerTexts()).toEqual(
      expect.not.arrayContaining(['Make reports now', 'Try all again']),
    );
    await isQuiet(tab);
  });
});

inBrowser('an API that is away', () => {
  test('shows a message with a button to try again', async () => {
    const PORT = String(await freePort());
    const service = await startTestService({ PORT });
    const { page } = await openSignedIn(browser, service.origin, TEST_KEY);
    try {
      await page.goto('/data');
      await isShown(page);
      await service.kill();
      await page.getByRole('link', { name: 'Reports' }).click();
      await page.getByText('The service is unavailable at the moment.').waitFor();
      expect(await heading(page)).toBe('Champions');
      await again(page);
      await page.getByText('The service is unavailable at the moment.').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('alert').getByText('You are still signed in.').waitFor();

      const back = await startProcess('all', { ...testSettings(service.databaseUrl), PORT });
      try {
        await waitFor(async () => {
          if ((await page.getByRole('button', { name: 'Try again' }).count()) === 0) return true;
          await again(page);
          return undefined;
        });
        await page.getByText('No report has been made yet').waitFor();
      } finally {
        await back.stop();
      }
    } finally {
      await page.context().close();
      await service.close();
    }
  });

  const again = (page: Page) => page.getByRole('button', { name: 'Try again' }).first().click();
});
