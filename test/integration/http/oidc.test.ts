import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEntry, AuditPage } from '#libs/contracts';
import type { Browser, Page } from 'playwright-core';
import { waitFor } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { hasBrowser, openTab, startBrowser } from '../../support/browser.js';
import { CLIENT_ID, CLIENT_SECRET, FakeProvider } from '../../support/oidc/fake-provider.js';
import { signInAtProvider, startProvider } from '../../support/oidc/real-provider.js';
import { freePort } from '../../support/ports.js';
import { startPrefixProxy } from '../../support/prefix-proxy.js';
import {
  startProcess,
  startTestService,
  testSettings,
  type TestService,
} from '../../support/service.js';

const RUNS = '/api/admin/v1/report_runs';
const REPORTS = '/api/backend/v1/reports';
const CLIENT = { OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET };

const fake = new FakeProvider();
let service: TestService;
let settings: Record<string, string>;
/** The reply of a sign-in while the provider never answers, and how long it took. */
let whileSilent: Promise<{ status: number; text: string; ms: number }>;

beforeAll(async () => {
  await fake.start();
  const port = await freePort();
  settings = {
    ...CLIENT,
    OIDC_ISSUER: fake.issuer,
    OIDC_ALLOWED: '@example.com, guest@else.example',
    OIDC_ADMINS: 'Boss@Example.com, root@else.example',
    OIDC_LABEL: 'The <Company>',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PORT: String(port),
  };
  // The provider is silent while the service starts.
  fake.behaviour.mode = 'hang';
  service = await startTestService(settings, 'api');
  whileSilent = timed(() => fetch(`${service.origin}/session/oidc`, MANUAL));
});
afterAll(async () => {
  await service.close();
  fake.close();
});

const MANUAL = { redirect: 'manual' } as const;

async function timed(ask: () => Promise<Response>) {
  const begun = performance.now();
  const reply = await ask();
  return { status: reply.status, text: await reply.text(), ms: performance.now() - begun };
}

/** A sign-in on its way. */
interface Started {
  cookie: string;
  state: string;
  nonce: string;
}

async function start(returnTo?: string): Promise<Started> {
  const query = returnTo === undefined ? '' : `?return_to=${encodeURIComponent(returnTo)}`;
  const reply = await fetch(`${service.origin}/session/oidc${query}`, MANUAL);
  expect(reply.status).toBe(303);
  const url = new URL(reply.headers.get('location')!);
  expect(url.origin + url.pathname).toBe(`${fake.issuer}/authorize`);
  const { searchParams: asked } = url;
  expect(Object.fromEntries(asked)).toMatchObject({
    ...{ response_type: 'code', client_id: CLIENT_ID, scope: 'openid email profile' },
    ...{ code_challenge_method: 'S256', code_challenge: expect.stringMatching(/^[\w-]{43}$/) },
    redirect_uri: `${service.origin}/session/oidc/callback`,
  });
  const cookie = reply.headers.get('set-cookie')!;
  expect(cookie).toMatch(
    /^insightd_oidc=[\w-]+; Max-Age=600; Path=\/session\/oidc; HttpOnly; SameSite=Lax$/,
  );
  const [state, nonce] = [asked.get('state')!, asked.get('nonce')!];
  fake.nonce = nonce;
  return { cookie: cookie.split(';')[0]!, state, nonce };
}

interface Back {
  state?: string | undefined;
  cookie?: string | undefined;
  more?: Record<string, string>;
}

/** The way back from the provider. */
async function back({ state, cookie, more = {} }: Back, at = service.origin) {
  const query = new URLSearchParams({
    ...{ code: 'a-code', iss: fake.issuer, ...(state !== undefined && { state }) },
    ...more,
  });
  const reply = await fetch(`${at}/session/oidc/callback?${query.toString()}`, {
    ...MANUAL,
    // Too many refused sign-ins from one address would be refused at once.
    headers: {
      ...(cookie !== undefined && { Cookie: cookie }),
      'X-Forwarded-For': `2.2.2.${(clients += 1)}`,
    },
  });
  const session = reply.headers
    .getSetCookie()
    .map((one) => /^insightd_session=[\w-]{43}(?=;)/.exec(one)?.[0])
    .find((one) => one !== undefined);
  const { status, headers } = reply;
  return { status, session, location: headers.get('location'), text: await reply.text() };
}
let clients = 0;

async function signedIn(email: string): Promise<string> {
  fake.behaviour.claims = (claims) => ({ ...claims, email });
  const { session } = await back(await start());
  return session!;
}

async function statusOf(path: string, Cookie: string, at = service.origin): Promise<number> {
  const reply = await fetch(at + path, { headers: { Cookie } });
  await reply.text();
  return reply.status;
}

async function audit(action: string): Promise<AuditEntry[]> {
  const { body } = await service.api.get<AuditPage>(`/api/admin/v1/audit?action=${action}`);
  return body.entries;
}

describe('with oidc-provider, in a browser, behind a proxy with a path', () => {
  const inBrowser = hasBrowser ? test : test.skip;
  let real: TestService;
  let proxy: Awaited<ReturnType<typeof startPrefixProxy>>;
  let provider: Awaited<ReturnType<typeof startProvider>>;
  let browser: Browser;
  let base: string;

  beforeAll(async () => {
    if (!hasBrowser) return;
    const port = await freePort();
    proxy = await startPrefixProxy(`http://127.0.0.1:${port}`, '/insights');
    base = `${proxy.origin}/insights`;
    provider = await startProvider(`${base}/session/oidc/callback`);
    const [, started] = await Promise.all([
      startBrowser().then((one) => (browser = one)),
      startTestService(
        {
          ...CLIENT,
          OIDC_ISSUER: provider.issuer,
          OIDC_ALLOWED: 'reader@example.com,unverified@example.com',
          OIDC_ADMINS: 'admin@example.com',
          PUBLIC_URL: `${base}/`,
          PORT: String(port),
        },
        'api',
      ),
    ]);
    real = started;
  });
  afterAll(async () => {
    await browser?.close();
    await real?.close();
    proxy?.close();
    provider?.close();
  });

  /** Signs in in a new window. @returns the page after the way back */
  async function enter(address: string, returnTo = '/'): Promise<Page> {
    const { page } = await openTab(browser, base);
    await page.goto(`${base}/session/oidc?return_to=${encodeURIComponent(returnTo)}`);
    expect(new URL(page.url()).origin).toBe(provider.issuer);
    await signInAtProvider(page, address);
    await page.waitForURL(`${base}/**`);
    return page;
  }

  /** Requests a path as a script of the page does. */
  const asked = (page: Page, path: string): Promise<{ status: number; body: unknown }> =>
    page.evaluate(
      `fetch(${JSON.stringify(base + path)}).then(async (reply) => ({ status: reply.status, body: await reply.json() }))`,
    );

  inBrowser('a person may read, and comes back to the page that was wanted', async () => {
    const page = await enter('reader@example.com', '/reports/org/churn?interval=30');
    expect(page.url()).toBe(`${base}/reports/org/churn?interval=30`);
    // The dashboard knows the session at once, although the way back came from another site.
    await page.locator('.shell main h1').waitFor();
    expect(await asked(page, '/session')).toMatchObject({
      status: 200,
      body: {
        name: 'Name of reader@example.com',
        person: { email: 'reader@example.com', name: 'Name of reader@example.com' },
        scopes: ['read'],
      },
    });
    expect((await asked(page, RUNS)).status).toBe(403);
    const cookies = await page.context().cookies();
    expect(cookies.filter(({ name }) => name.startsWith('insightd'))).toEqual([
      expect.objectContaining({
        ...{ name: 'insightd_session', path: '/insights/', httpOnly: true, sameSite: 'Strict' },
        expires: -1,
      }),
    ]);
  });

  inBrowser('an administrator may change', async () => {
    const page = await enter('admin@example.com');
    expect((await asked(page, RUNS)).status).toBe(200);
  });

  inBrowser('others are refused with a sentence that says what to do', async () => {
    const stranger = await enter('stranger@example.com');
    const text = (page: Page) => page.locator('main').innerText();
    expect(await text(stranger)).toContain('stranger@example.com may not sign in here');
    const unverified = await enter('unverified@example.com');
    expect(await text(unverified)).toContain('has not verified your e-mail address');
    for (const page of [stranger, unverified]) {
      expect((await page.request.get(`${base}/session`)).status()).toBe(401);
      await page.getByRole('link').click();
      expect(page.url()).toBe(`${base}/`);
    }
    const recorded = await waitFor(async () => {
      const { body } = await real.api.get<AuditPage>('/api/admin/v1/audit?action=session.refused');
      return body.total_count === 2 ? body.entries : undefined;
    });
    expect(recorded.map(({ actor, details }) => [actor.name, details['reason']])).toEqual([
      ['unverified@example.com', 'unverified address'],
      ['stranger@example.com', 'not on the list'],
    ]);
  });
});

describe('while the provider', () => {
  test('is silent, a sign-in ends after 10 seconds and the service works', async () => {
    const { status, text, ms } = await whileSilent;
    expect([status, text]).toEqual([503, expect.stringContaining('does not answer')]);
    // The name of the provider is text, not HTML.
    expect(text).toContain('The &#60;Company&#62;');
    expect(ms).toBeGreaterThan(9_000);
    expect((await service.api.get(REPORTS)).status).toBe(200);
  });

  test.each(['cut', 'fail'] as const)('does not work (%s), a sign-in is refused', async (mode) => {
    fake.behaviour.mode = mode;
    const { status, text } = await timed(() => fetch(`${service.origin}/session/oidc`, MANUAL));
    expect([status, text]).toEqual([503, expect.stringContaining('Try again in a minute')]);
  });
});

describe('an answer of the provider', () => {
  beforeEach(() => {
    fake.behaviour = fake.right();
  });

  test('signs in with a verified address in any case', async () => {
    const { status, session, location } = await back(await start());
    expect([status, location]).toEqual([303, `${service.origin}/`]);
    const reply = await fetch(`${service.origin}/session`, { headers: { Cookie: session! } });
    expect(await reply.json()).toMatchObject({
      ...{ name: 'Ann', scopes: ['read'], person: { email: 'ann@example.com', name: 'Ann' } },
    });
    const [entry] = await audit('session.started');
    expect(entry).toMatchObject({
      actor: { kind: 'person', name: 'ann@example.com', key_id: null },
      ...{ target: null, details: { way: 'oidc' }, ip: expect.stringMatching(/^2\.2\.2\.\d+$/) },
    });
    expect(fake.asked.at(-1)!.get('code_verifier')).toMatch(/^[\w-]{43}$/);
  });

  test('may come from the user-info endpoint', async () => {
    fake.behaviour.claims = ({ email: _, email_verified: __, name: ___, ...rest }) => rest;
    fake.behaviour.userInfo = { sub: 'subject', email: 'boss@example.com', email_verified: true };
    const { session } = await back(await start());
    expect(await statusOf(RUNS, session!)).toBe(200);
    // Claims about another person are not those of this one.
    fake.behaviour.userInfo = { ...fake.behaviour.userInfo, sub: 'another' };
    expect((await back(await start())).session).toBeUndefined();
  });

  const change = (changed: Record<string, unknown>) => () => {
    fake.behaviour.claims = (claims) => ({ ...claims, ...changed });
  };
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, number, () => void]>([
    ['for another audience', 400, change({ aud: 'another' })],
    ['of another issuer', 400, change({ iss: 'https://evil.example' })],
    ['with another nonce', 400, change({ nonce: 'another' })],
    ['without a nonce', 400, change({ nonce: undefined })],
    ['that has expired', 400, change({ exp: now() - 3_600, iat: now() - 7_200 })],
    ['without a subject', 400, change({ sub: undefined })],
    ['with an unverified address', 403, change({ email_verified: false })],
    ['with an address that is verified in words', 403, change({ email_verified: 'true' })],
    [
      'without an address',
      403,
      () => {
        change({ email: undefined })();
        fake.behaviour.userInfo = { sub: 'subject', email_verified: true };
      },
    ],
    ['without an address anywhere', 400, change({ email: undefined })],
    ['with a list of addresses', 403, change({ email: ['ann@example.com'] })],
    ['with two addresses in one', 403, change({ email: 'x@evil.example, ann@example.com' })],
    ['with an address in quotes', 403, change({ email: '"ann@evil.example"@example.com' })],
    ['of a domain that ends the same', 403, change({ email: 'ann@evilexample.com' })],
    ['of a subdomain', 403, change({ email: 'ann@sub.example.com' })],
    ['of another address', 403, change({ email: 'ann@else.example' })],
    // The lower case of the Kelvin sign is k.
    ['with a letter that looks the same', 403, change({ email: 'guest@else.e\u212Aample' })],
    [
      'signed with another key',
      400,
      () => (fake.behaviour.sign = (claims) => fake.signed(claims, fake.other.privateKey)),
    ],
    ['without a signature', 400, () => (fake.behaviour.sign = (claims) => fake.unsigned(claims))],
    [
      'signed with the secret',
      400,
      () => (fake.behaviour.sign = (claims) => fake.signedWithSecret(claims)),
    ],
    [
      'changed after it was signed',
      400,
      () => {
        fake.behaviour.sign = (claims) => {
          const [head, , signature] = fake.signed(claims, fake.own.privateKey).split('.');
          const changed = Buffer.from(JSON.stringify({ ...claims, email: 'boss@example.com' }));
          return `${head}.${changed.toString('base64url')}.${signature}`;
        };
      },
    ],
  ])('%s is refused: %i', async (_what, status, behave) => {
    const started = await start();
    behave();
    const reply = await back(started);
    expect([reply.status, reply.session, reply.location]).toEqual([status, undefined, null]);
    // Nothing of a token is shown.
    expect(reply.text).not.toMatch(/eyJ|a-code|access/);
  });

  test('is refused when it belongs to another browser, or to none', async () => {
    const [mine, theirs] = [await start(), await start()];
    const replies = [
      await back({ state: theirs.state, cookie: mine.cookie }),
      await back({ state: mine.state }),
      await back({ cookie: mine.cookie }),
      await back({ state: 'forged', cookie: mine.cookie }),
      await back({ state: mine.state, cookie: `${mine.cookie}A` }),
      await back({ state: mine.state, cookie: `insightd_oidc=${'A'.repeat(400)}` }),
    ];
    const asked = fake.asked.length;
    expect(replies.map(({ status, session }) => [status, session])).toEqual(
      replies.map(() => [400, undefined]),
    );
    // The attempts of others have not ended the sign-in.
    expect((await back(mine)).status).toBe(400);
    fake.nonce = mine.nonce;
    expect(fake.asked.length).toBe(asked + 1);
  });

  test('works once', async () => {
    const started = await start();
    expect((await back(started)).status).toBe(303);
    const again = await Promise.all([back(started), back(started)]);
    expect(again.map(({ status, session }) => [status, session])).toEqual([
      [400, undefined],
      [400, undefined],
    ]);
    expect(again[0].text).toContain(`Start again at ${service.origin}`);
  });

  test('is remembered until it expires', async () => {
    const states = () =>
      ask<{ is_old: boolean }>(
        service.databaseUrl,
        'select expires_at < now() as is_old from used_sign_ins',
      );
    await ask(
      service.databaseUrl,
      `insert into used_sign_ins values ('\\x01', now() - interval '1 minute')`,
    );
    expect((await back({ ...(await start()), more: { error: 'access_denied' } })).status).toBe(403);
    const kept = await states();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((row) => row.is_old)).toEqual([]);
  });

  test('that names another issuer is refused before the code is used', async () => {
    const started = await start();
    const asked = fake.asked.length;
    expect((await back({ ...started, more: { iss: 'https://evil.example' } })).status).toBe(400);
    expect(fake.asked.length).toBe(asked);
  });

  test('that says no is shown as such, without its text', async () => {
    const started = await start();
    const more = { error: 'access_denied', error_description: '<b>Call 555</b>' };
    const { status, text } = await back({ ...started, more });
    expect([status, text]).toEqual([403, expect.stringContaining('was cancelled or refused')]);
    expect(text).not.toContain('555');
  });

  test('after too many refused ones from an address is not read', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const reply = await fetch(`${service.origin}/session/oidc/callback?state=x&code=y`, MANUAL);
      statuses.push(reply.status);
      await reply.text();
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429]);
    const started = await start();
    const asked = fake.asked.length;
    const refused = await fetch(
      `${service.origin}/session/oidc/callback?code=y&state=${started.state}`,
      { ...MANUAL, headers: { Cookie: started.cookie } },
    );
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([
      429,
      expect.any(Number),
    ]);
    expect(fake.asked.length).toBe(asked);
    // The sign-in has not been used: it works from another address.
    expect((await back(started)).status).toBe(303);
  });
});

test.each([
  ['/users/u%2F1?tab=x#y', '/users/u%2F1?tab=x#y'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['\\\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/..//evil.example', '/'],
  ['/./%2e%2e//evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/\n/evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['@evil.example', '/'],
  ['.evil.example', '/'],
  ['/%2f%2fevil.example', '/%2f%2fevil.example'],
  ['/session/oidc', '/'],
  [`/${'x'.repeat(2_000)}`, '/'],
])('the way back to %j leads to %j of the own host', async (returnTo, path) => {
  fake.behaviour = fake.right();
  const { status, location } = await back(await start(returnTo));
  expect([status, location]).toEqual([303, service.origin + path]);
});

test('who is removed from the lists loses the rights at once, and the rest of the session', async () => {
  fake.behaviour = fake.right();
  const [boss, root, guest] = [
    await signedIn('boss@example.com'),
    await signedIn('root@else.example'),
    await signedIn('guest@else.example'),
  ];
  const statuses = async (path: string, at = service.origin) =>
    Promise.all([boss, root, guest].map((cookie) => statusOf(path, cookie, at)));
  expect(await statuses(REPORTS)).toEqual([200, 200, 200]);
  expect(await statuses(RUNS)).toEqual([200, 200, 403]);

  // Another process on the same store, with other settings.
  const other = await startProcess('api', {
    ...{ ...testSettings(service.databaseUrl), ...settings, PORT: '0' },
    ...{ OIDC_ALLOWED: '@example.com', OIDC_ADMINS: 'someone@example.com' },
  });
  try {
    expect(await statuses(REPORTS, other.origin)).toEqual([200, 401, 401]);
    expect(await statuses(RUNS, other.origin)).toEqual([403, 401, 401]);
  } finally {
    await other.stop();
  }
});

test('sessions of persons end with all others', async () => {
  fake.behaviour = fake.right();
  const ann = await signedIn('ann@example.com');
  expect(await statusOf(REPORTS, ann)).toBe(200);
  expect((await service.api.send('DELETE', '/api/admin/v1/sessions')).status).toBe(200);
  await waitFor(async () => ((await statusOf(REPORTS, ann)) === 401 ? true : undefined), 5_000);
  const [entry] = await audit('sessions.ended');
  expect(entry).toMatchObject({ actor: { kind: 'key', name: 'default', key_id: 'configured' } });
});

test('the sign-in page knows the provider', async () => {
  const { body } = await service.api.get('/session/options');
  expect(body).toEqual({ key: true, oidc: { label: 'The <Company>', path: 'session/oidc' } });
});

test('neither tokens nor addresses are logged', () => {
  const log = service.log.join('\n');
  expect(log).toContain('a sign-in by OpenID Connect failed');
  expect(log).not.toMatch(/eyJ|example\.com|a-code|secret-of/);
});
