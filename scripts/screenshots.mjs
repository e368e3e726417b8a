// Takes the pictures of the dashboard in docs/screenshots, on the demo, by a chromium of this machine:
//   npm run screenshots
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const FOLDER = 'docs/screenshots';
const MOST_BYTES = 150 * 1024;
const DESK = { width: 1240, height: 800 };
const PHONE = { width: 390, height: 780 };

const SHOTS = [
  { name: 'overview', path: '/', height: 1180 },
  { name: 'overview-dark', path: '/', height: 1180, colorScheme: 'dark' },
  { name: 'report', path: '/reports/user/churn' },
  { name: 'user', first: '/reports/user/champion' },
  { name: 'org', first: '/reports/org/growth' },
  { name: 'data', path: '/data' },
  { name: 'phone', path: '/', viewport: PHONE },
];

const data = mkdtempSync(join(tmpdir(), 'insightd-screenshots-'));
const demo = spawn(process.execPath, ['dist/apps/cli/main.js', 'demo'], {
  env: { ...process.env, PORT: '0', INSIGHTD_DATA_DIR: data },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const address = await addressOf(demo);
  const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(address);
  await page.locator('.shell').waitFor();
  const storageState = await first.storageState();
  const { origin } = new URL(address);
  for (const shot of SHOTS) await take(browser, { storageState, baseURL: origin }, shot);
  await browser.close();
} finally {
  demo.kill('SIGTERM');
  await new Promise((resolve) => demo.once('exit', resolve));
  rmSync(data, { recursive: true, force: true });
}

/** Where the demo signs its reader in, once it is ready. */
async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const [, address] = /^The dashboard: +(\S+)$/.exec(line) ?? [];
    if (address) return address;
  }
  throw new Error('The demo ended before it was ready.');
}

async function take(browser, settings, { name, path, first, height, viewport, colorScheme }) {
  const size = { ...(viewport ?? DESK), ...(height && { height }) };
  const context = await browser.newContext({
    ...settings,
    viewport: size,
    colorScheme: colorScheme ?? 'light',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.goto(path ?? first);
  if (first) await page.locator('table.report tbody th a').first().click();
  await page.waitForLoadState('networkidle');
  const file = join(FOLDER, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  await context.close();
  const bytes = statSync(file).size;
  if (bytes > MOST_BYTES) throw new Error(`${file} has ${bytes} bytes, more than ${MOST_BYTES}.`);
}
