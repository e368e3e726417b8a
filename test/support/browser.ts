import axe from 'axe-core';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { waitFor } from './api.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

/** Whether this machine has a browser for tests; if not, the setup prints a note. */
export const hasBrowser = process.env['TEST_CHROMIUM'] !== undefined;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['TEST_CHROMIUM']!, args: FLAGS });
}

/** A tab and the errors of its console. */
export interface Tab {
  page: Page;
  complaints: string[];
}

/** A window with a British locale and its own cookies. */
export function openWindow(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return browser.newContext({ baseURL: origin, locale: 'en-GB', ...options });
}

/** Opens a tab in a window of its own. */
export async function openTab(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  return openTabIn(await openWindow(browser, origin, options));
}

export async function openTabIn(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => complaints.push(`a dialog said ${dialog.message()}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  return { page, complaints };
}

/** Opens a tab that is signed in with a key, in a window of its own. */
export async function openSignedIn(
  browser: Browser,
  origin: string,
  key: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const tab = await openTab(browser, origin, options);
  await signIn(tab, key);
  return tab;
}

/** Signs in a tab and all others of its window. */
export async function signIn(tab: Tab, key: string): Promise<void> {
  const headers = { 'Sec-Fetch-Site': 'same-origin' };
  const reply = await tab.page.request.post('/session', { data: { key }, headers });
  if (reply.status() !== 204) throw new Error(`signing in was answered with ${reply.status()}`);
}

/** Waits until a page of a signed-in user has received every reply. */
export async function isShown(page: Page): Promise<void> {
  await page.locator('.shell main h1').waitFor();
  const waiting = page.locator('.loading, .stale');
  await waitFor(async () => ((await waiting.count()) === 0 ? true : undefined));
}

/**
 * The violations that axe-core finds on a page: rule and elements, one per line.
 * @param rules checks only these rules
 */
export async function violations(page: Page, ...rules: string[]): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules.length > 0 && { runOnly: rules }) };
  // Through the debugger, which the page's policy does not restrict.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run(${JSON.stringify(options)}).then(
    ({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.map(({ html }) => html.slice(0, 150)).join(' | ')))`);
}

/** The number of pixels by which a page exceeds the right edge of its window. */
export function overflow(page: Page): Promise<number> {
  const root = 'document.documentElement';
  return page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
}
