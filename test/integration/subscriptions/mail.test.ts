import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Subscription } from '#libs/contracts';
import type { Contact } from '../../../libs/subscriptions/targets/contacts.service.js';
import { digestOf } from '../../../libs/subscriptions/targets/digest/digest.js';
import { MAIL_ROWS, endingOf } from '../../../libs/subscriptions/targets/mail/mail.js';
import { mailHtml } from '../../../libs/subscriptions/targets/mail/mail-html.js';
import { waitFor, type Api } from '../../support/api.js';
import { hasBrowser, openTab, overflow, startBrowser, violations } from '../../support/browser.js';
import { cleanUpAfterAll } from '../../support/cleanup.js';
import { startMailbox, type Letter, type Mailbox } from '../../support/mailbox.js';
import { added, orgCreated, userCreated } from '../../support/model/fixtures/builders.js';
import { orgRow, outgoingOf } from '../../support/outgoing.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';
import { subscriptionIs } from '../../support/subscribing.js';

jest.setTimeout(120_000);

const PATH = '/api/insights/v1/subscriptions';
const PUBLIC_URL = 'https://x.example/insights/';
const [ANN, BOB] = ['ann+x@mail.example', 'bob@mail.example'] as const;

const later = cleanUpAfterAll();
let mailbox: Mailbox;
let service: TestService;
let api: Api;
let browser: Browser | undefined;
let subscription: Subscription;

beforeAll(async () => {
  mailbox = await startMailbox();
  later(() => mailbox.close());
  const mail = { SMTP_URL: mailbox.url, MAIL_FROM: 'Acme <insightd@x.example>' };
  service = await startTestService({ ...mail, PUBLIC_URL, REPORT_CRON: NEVER });
  later(() => service.close());
  api = service.api;
  if (hasBrowser) browser = await startBrowser();
  const { body } = await api.post<Subscription>(PATH, {
    ...{ name: 'Acme weekly', report: 'org/churn', interval: '30', schedule: { every: 'run' } },
    target: { kind: 'email', to: [ANN, BOB] },
  });
  subscription = body;
  await step();
});
afterAll(() => browser?.close());

/** Makes a run, and waits until the subscription was compared with it. */
async function step(): Promise<void> {
  const run = await api.run();
  await subscriptionIs(api, subscription.id, ({ baseline }) => baseline?.run_id === run.run_id);
}

const current = async () => (await api.get<Subscription>(`${PATH}/${subscription.id}`)).body;
const letterTo = (address: string) => mailbox.letters.find(({ to }) => to[0] === address)!;
/** The unsubscribe link of a message, at the origin of the test's service. */
const linkOf = (letter: Letter) =>
  letter.headers.get('list-unsubscribe')!.slice(1, -1).replace('https://x.example', service.origin);

test('an e-mail names the organizations, and their owners, with links to the dashboard', async () => {
  await api.ingest([
    userCreated('owner 1', '2024-01-01', { email: 'owner@acme.example', first_name: 'Ann' }),
    orgCreated('acme', '2024-01-01', { name: 'Acme <b>Inc.</b>' }),
    added('owner 1', 'acme', '2024-01-02', 'Owner'),
  ]);
  await step();
  await waitFor(() => Promise.resolve(mailbox.letters.length === 2 ? true : undefined));
  const letter = letterTo(ANN);
  expect(letter.headers.get('subject')).toBe('1 organization went quiet - Acme weekly');
  expect(letter.text).toContain('- Acme <b>Inc.</b>, 1 member\r\n  owner Ann <owner@acme.example>');
  expect(letter.html).toContain(`href="${PUBLIC_URL}orgs/acme"`);
  expect(letter.html).toContain('Acme &lt;b&gt;Inc.&lt;/b&gt;');
  const { baseline } = await current();
  expect(letter.text).toContain(
    `${PUBLIC_URL}reports/org/churn?interval=30&run=${baseline!.run_id}`,
  );
});

test('a link that was changed removes nothing, and its page reveals nothing', async () => {
  const link = new URL(linkOf(letterTo(ANN)));
  const pages = new Set<string>();
  for (const [name, value] of [
    ['token', 'x'],
    ['token', ''],
    ['address', BOB],
    ['address', 'unknown@mail.example'],
    ['subscription', '00000000-0000-4000-8000-000000000000'],
    ['subscription', "x' or 1=1"],
  ] as const) {
    const changed = new URL(link);
    changed.searchParams.set(name, value);
    for (const method of ['GET', 'POST']) {
      const response = await fetch(changed, { method });
      pages.add(`${response.status} ${await response.text()}`);
    }
  }
  const bare = await fetch(link.href.split('?')[0]!, { method: 'POST' });
  pages.add(`${bare.status} ${await bare.text()}`);
  expect([...pages]).toEqual([expect.stringContaining('This link is not valid')]);
  expect((await current()).target).toEqual({ kind: 'email', to: [ANN, BOB] });
});

test('opening the link changes nothing, and one click in a mail client removes the address', async () => {
  const link = linkOf(letterTo(ANN));
  const opened = await fetch(link);
  const page = await opened.text();
  expect(page).toContain(`e-mails of this subscription to <strong>${ANN}</strong>`);
  expect(page).toContain('<form method="post">');
  expect(opened.headers.get('referrer-policy')).toBe('no-referrer');
  expect(opened.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect((await current()).target).toEqual({ kind: 'email', to: [ANN, BOB] });
  const oneClick = { method: 'POST', body: new URLSearchParams('List-Unsubscribe=One-Click') };
  for (let time = 0; time < 2; time++) {
    const reply = await fetch(link, oneClick);
    expect([reply.status, await reply.text()]).toEqual([
      ...[200, expect.stringContaining('You are unsubscribed')],
    ]);
  }
  expect(await current()).toMatchObject({
    state: 'active',
    target: { kind: 'email', to: [BOB] },
  });
});

test('the button of the page removes the last address, and the subscription ends', async () => {
  const link = linkOf(letterTo(BOB));
  if (browser) {
    const { page, complaints } = await openTab(browser, service.origin);
    await page.goto(link);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  } else {
    await fetch(link, { method: 'POST' });
  }
  expect(await current()).toMatchObject({
    ...{ state: 'ended', ended_reason: 'The last recipient unsubscribed.' },
    target: { kind: 'email', to: [] },
  });
});

const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
const NAMES = [
  ...['Acme Inc.', 'שלום בע״מ', 'شركة أكمي للتجارة', '🚀 Rocket 👩‍👩‍👧‍👦 Family', '漢字株式会社'],
  ...[
    LONG.repeat(4),
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202Etxt.exe',
  ],
];
const OWNER: Contact = {
  ...{ role: 'owner', name: 'Ann Lee', email: 'ann@acme.example', lastActive: '2 Dec 2025' },
};

test('a digest of 1,000 rows with odd names reads well in a browser, on a phone and in the dark', async () => {
  const rows = Array.from({ length: 1_000 }, (_, index) =>
    orgRow(`org ${index}`, NAMES[index] ?? `Organization ${index}`),
  );
  const contacts = new Map(rows.map(({ org_id }) => [org_id, [OWNER]]));
  const options = { base: PUBLIC_URL, timeZone: 'Europe/Berlin', maxRows: MAIL_ROWS };
  const given = outgoingOf({ entered: rows, left: rows.slice(0, 3) });
  const digest = digestOf(given, contacts, options);
  const html = mailHtml(digest, endingOf(digest, `${PUBLIC_URL}unsubscribe?token=t`));
  // Mail clients cut off longer messages, and the link to unsubscribe is at the end.
  expect(Buffer.byteLength(html)).toBeLessThan(102_000);
  if (!browser) return;
  for (const [colorScheme, width] of [
    ['light', 900],
    ['dark', 360],
  ] as const) {
    const viewport = { width, height: 900 };
    const { page, complaints } = await openTab(browser, service.origin, {
      colorScheme,
      viewport,
    });
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.setContent(html);
    expect(await overflow(page)).toBe(0);
    expect(await page.locator('table.rows tr').count()).toBe(MAIL_ROWS);
    const names = await page.locator('table.rows tr td:first-child a').allTextContents();
    expect(names.slice(0, 2)).toEqual(NAMES.slice(0, 2));
    expect(names[6]).toBe('<script>alert(1)</script>');
    expect(await page.locator('script, img').count()).toBe(0);
    expect(await violations(page, 'color-contrast', 'link-name', 'document-title')).toEqual([]);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    const folder = process.env['MAIL_SCREENSHOTS'];
    if (folder !== undefined) {
      await page.screenshot({ path: `${folder}/mail-${colorScheme}-${width}.png` });
    }
    await page.context().close();
  }
});
