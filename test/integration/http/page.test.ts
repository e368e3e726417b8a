import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const BUDGET_BYTES = 80 * 1024;
const ASSETS = 'dist/apps/dashboard/assets';

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

const ask = (path: string, headers: Record<string, string> = BROWSER) =>
  fetch(service.origin + path, { headers });

describe('the dashboard page', () => {
  test.each([['/'], ['/reports/user/champion?interval=30'], ['/users/%3Cb%3E'], ['/anything']])(
    'is served at %s, uncached, with a strict policy',
    async (path) => {
      const reply = await ask(path);
      const text = await reply.text();
      expect([reply.status, text.includes('<div id="page">')]).toEqual([200, true]);
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; style-src 'self'/,
        ),
      });
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    },
  );

  test.each([['/api/nothing'], ['/v1/nothing'], ['/webhooks/x'], ['/health/x']])(
    'is not served at %s, which is for programs',
    async (path) => {
      const reply = await ask(path);
      expect(reply.status).toBe(404);
      expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );

  test('is not served to a program: 404', async () => {
    const reply = await ask('/anything', { Accept: '*/*' });
    expect([reply.status, await reply.json()]).toEqual([
      404,
      expect.objectContaining({ status: 404 }),
    ]);
  });

  test('has packed files that may be cached forever', async () => {
    const page = await (await ask('/')).text();
    const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
    expect(files).toHaveLength(3);
    for (const file of files) {
      const reply = await ask(file, { 'Accept-Encoding': 'gzip' });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect(reply.headers.get('content-encoding')).toBe('gzip');
      await reply.arrayBuffer();
    }
    expect((await ask('/assets/none.js')).status).toBe(404);
  });
});

test('the page with the API description is unchanged', async () => {
  const reply = await ask('/docs');
  expect([reply.status, (await reply.text()).includes('swagger')]).toEqual([200, true]);
  expect(reply.headers.get('content-security-policy')).toBeNull();
});

test('all scripts and styles together are under 80 KiB when packed', () => {
  const packed = readdirSync(ASSETS).filter((name) => /\.(js|css)\.gz$/.test(name));
  const bytes = packed.reduce((sum, name) => sum + readFileSync(`${ASSETS}/${name}`).length, 0);
  expect(packed.length).toBeGreaterThanOrEqual(2);
  expect(bytes).toBeLessThan(BUDGET_BYTES);
});
