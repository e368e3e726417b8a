import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from '@jest/globals';
import { runningEmbedded } from '#libs/embedded-postgres';
import { Api, waitFor } from '../support/api.js';
import {
  isShown,
  openSignedIn,
  openTabIn,
  openWindow,
  signIn,
  startBrowser,
  type Tab,
} from '../support/browser.js';
import { makeDataFolder } from '../support/folders.js';
import { nothingIsLeft } from '../support/processes.js';
import { startProcess, TEST_KEY } from '../support/service.js';

const LOADED_WITHIN_MS = 120_000;

/** The demo with its defaults, and a browser. */
export interface World {
  browser: Browser;
  origin: string;
  /** The address that the demo ends with, which signs its reader in. */
  address: string;
  api: Api;
  databaseUrl: string;
  close: () => Promise<void>;
}

export async function startWorld(): Promise<World> {
  const folder = await makeDataFolder();
  const [demo, browser] = await Promise.all([
    startProcess('demo', {
      INSIGHTD_DATA_DIR: folder.path,
      INSIGHTD_API_KEY: TEST_KEY,
      READ_RATE_LIMIT: '100000',
      OUTBOUND_ALLOW_PRIVATE: 'true',
      LOG_LEVEL: 'info',
    }),
    startBrowser(),
  ]);
  const close = async () => {
    await browser.close();
    await demo.stop();
    await folder.remove();
    await nothingIsLeft(folder.places);
  };
  const { origin, output } = demo;
  const printedAddress = () => /^The dashboard: +(\S+)$/m.exec(output.join('\n')) ?? undefined;
  const [, address] = await waitFor(printedAddress, LOADED_WITHIN_MS);
  const databaseUrl = (await runningEmbedded(folder.path))!;
  return { browser, origin, address: address!, api: new Api(origin, TEST_KEY), databaseUrl, close };
}

/** A window for each origin that all tabs without options share: opening one takes longer than showing a page. */
const windows = new Map<string, Promise<BrowserContext>>();
/** The tab of such a window that no task uses: a new one takes as much CPU time as showing a page. */
const idleTabs = new Map<string, Tab>();

async function openShared(browser: Browser, origin: string): Promise<Tab> {
  const shared = windows.get(origin) ?? openWindow(browser, origin);
  windows.set(origin, shared);
  const tab = idleTabs.get(origin) ?? (await openTabIn(await shared));
  idleTabs.delete(origin);
  await signIn(tab, TEST_KEY);
  return tab;
}

/** Removes everything that a task may have changed in a tab, for the next task. */
async function leaveShared(tab: Tab, origin: string): Promise<void> {
  const { page } = tab;
  await page.goto('about:blank');
  await page.unrouteAll();
  page.removeAllListeners('requestfailed');
  await page.emulateMedia({ media: null });
  await page.mouse.move(0, 0);
  idleTabs.set(origin, tab);
}

/** Runs a task on a page as a signed-in user and expects an empty console. */
export async function reading(
  { browser, origin }: Pick<World, 'browser' | 'origin'>,
  path: string,
  work: (page: Page) => Promise<void>,
  options?: BrowserContextOptions,
): Promise<void> {
  const tab = options
    ? await openSignedIn(browser, origin, TEST_KEY, options)
    : await openShared(browser, origin);
  await tab.page.goto(path);
  await isShown(tab.page);
  await work(tab.page);
  if (options) return isQuiet(tab);
  await leaveShared(tab, origin);
  expect(tab.complaints.splice(0)).toEqual([]);
}

/** Closes a window with one tab and expects an empty console. */
export async function isQuiet({ page, complaints }: Tab): Promise<void> {
  await page.context().close();
  expect(complaints).toEqual([]);
}

export const heading = (page: Page): Promise<string> => page.locator('h1').innerText();

/** A number as a reader from Britain sees it. */
export const inBritain = (value: number): string => value.toLocaleString('en-GB');

/** The id of the first in a report. */
export async function firstOf(
  { api }: World,
  subject: 'user' | 'org',
  report: string,
): Promise<string> {
  const { body } = await api.page(subject, report, 'page_size=1');
  return String(body[`${subject}_reports`]![0]![`${subject}_id`]);
}
