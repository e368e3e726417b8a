// Takes the screenshots of the dashboard in docs/screenshots from the demo, with the Chromium of this machine:
//   npm run screenshots
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const FOLDER = 'docs/screenshots';
const MOST_BYTES = 256 * 1024;
const DESK = { width: 1240, height: 800 };
const PHONE = { width: 390, height: 780 };

const SHOTS = [
  { name: 'overview', path: '/', height: 890 },
  { name: 'overview-dark', path: '/', height: 890, colorScheme: 'dark' },
  { name: 'charts', path: '/', scrollTo: '#charts' },
  { name: 'report', path: '/reports/user/churn' },
  { name: 'engagement', path: '/engagement', height: 1200 },
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

/** The demo's sign-in address, once the demo is ready. */
async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const [, address] = /^The dashboard: +(\S+)$/.exec(line) ?? [];
    if (address) return address;
  }
  throw new Error('The demo ended before it was ready.');
}

async function take(browser, settings, shot) {
  const { name, path, first, height, viewport, colorScheme, scrollTo } = shot;
  const size = { ...(viewport ?? DESK), ...(height && { height }) };
  const context = await browser.newContext({
    ...settings,
    viewport: size,
    colorScheme: colorScheme ?? 'light',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.goto(path ?? first);
  if (first) {
    await page.locator('table.report tbody th a').first().click();
    await page.getByLabel('Profile').waitFor();
  }
  await page.waitForLoadState('networkidle');
  await page.locator('.loading, .stale').first().waitFor({ state: 'detached' });
  if (scrollTo) await page.locator(scrollTo).evaluate((element) => element.scrollIntoView());
  const picture = packed(await page.screenshot({ animations: 'disabled' }));
  await context.close();
  if (picture.length > MOST_BYTES)
    throw new Error(`${name} has ${picture.length} bytes: too many.`);
  writeFileSync(join(FOLDER, `${name}.png`), picture);
}

/** The same PNG with the best compression: browsers prefer speed over size. */
function packed(png) {
  const chunks = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) });
  }
  const pixels = Buffer.concat(
    chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data),
  );
  const smaller = { type: 'IDAT', data: deflateSync(inflateSync(pixels), { level: 9 }) };
  const [head, end] = [chunks[0], chunks.at(-1)];
  return Buffer.concat([png.subarray(0, 8), ...[head, smaller, end].map(chunk)]);
}

function chunk({ type, data }) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
