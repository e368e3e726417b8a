import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Problem } from '#libs/contracts';
import { dayBefore } from '../../support/agreement.js';
import { Api, waitFor } from '../../support/api.js';
import { insightdOn, plantKey } from '../../support/keys.js';
import {
  added,
  buildEvent,
  deleted,
  removed,
  roleChanged,
} from '../../support/model/fixtures/builders.js';
import {
  CONDITIONS,
  CREATED,
  EVERY_ORG,
  EVERY_USER,
  SETTINGS,
  STORY,
  UNUSABLE,
} from '../../support/segment-cases.js';
import { exclude, fillDomains, idsIn, markOrgActive, segmented } from '../../support/segments.js';
import {
  startProcess,
  startTestService,
  testSettings,
  TEST_KEY,
  type TestService,
} from '../../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(SETTINGS);
  const { api, databaseUrl } = service;
  await api.ingest(STORY);
  await fillDomains(databaseUrl);
  await api.run('2025-03-31');
  await api.run('2025-04-01');
});
afterAll(() => service.close());

const CHAMPIONS = 'user/champion';
const users = (...where: unknown[]) => idsIn(service.api, CHAMPIONS, where);
const orgs = (...where: unknown[]) => idsIn(service.api, 'org/churn', where);

describe('a condition on users', () => {
  test.each(CONDITIONS)('%j', async (condition, ids) => {
    expect(await users(condition)).toEqual(ids);
    const [key, operator, value] = condition;
    const negated = { is: [key, 'is_not', value], set: [key, 'unset'] }[String(operator)];
    if (!negated) return;
    expect(await users(negated)).toEqual(EVERY_USER.filter((id) => !ids.includes(id)));
    expect(await users(condition, negated)).toEqual([]);
  });

  test('equal numbers are equal in every form', async () => {
    for (const form of ['1', '1.0', '1e0', '10e-1', '"1"'])
      expect(await idsIn(service.api, CHAMPIONS, `[["trait.seats","is",${form}]]`)).toEqual(
        form === '"1"' ? [] : ['bob'],
      );
    expect(await idsIn(service.api, CHAMPIONS, '[["trait.seats","is",-0]]')).toEqual(['fay']);
    expect(await idsIn(service.api, CHAMPIONS, '[["trait.seats","lte",-0.0]]')).toEqual(['fay']);
  });
});

test('conditions on orgs', async () => {
  expect(await orgs()).toEqual(EVERY_ORG);
  expect(await orgs(['trait.tier', 'is', 'gold'])).toEqual(['acme']);
  expect(await orgs(['trait.tier', 'is_not', 'gold'])).toEqual(['beta', 'cube']);
  expect(await orgs(['trait.size', 'lte', 50], ['trait.tier', 'unset'])).toEqual([]);
  expect(await orgs(['trait.tier', 'unset'])).toEqual(['cube']);
});

test('conditions must all hold, each for a membership by itself', async () => {
  expect(await users(['role', 'is', 'Admin'], ['org.tier', 'is', 'gold'])).toEqual(['bob']);
  expect(await users(['role', 'is', 'Member'], ['role', 'is_not', 'Admin'])).toEqual(['fay']);
  expect(await users(['role', 'set'], ['trait.plan', 'is_not', ['pro', 'team']])).toEqual([
    'dee',
    'fay',
  ]);
});

test('a segmented list keeps the ranks of the whole list, and narrowing commutes with changes', async () => {
  const whole = (await segmented(service.api, CHAMPIONS, [])).body;
  expect([whole.total_count, whole.counts]).toEqual([8, { entered: 2, moved: 0, left: 1 }]);
  const where = [['trait.plan', 'is', 'pro']];
  const { body } = await segmented(service.api, CHAMPIONS, where);
  expect(body.counts).toEqual({ entered: 1, moved: 0, left: 1 });
  const rankOf = new Map(whole.rows.map((row) => [row.user_id, row]));
  expect(body.rows).toEqual([rankOf.get('yan'), rankOf.get('ann')]);
  for (const [change, ids] of [
    ['entered', ['yan']],
    ['left', ['zed']],
  ] as const) {
    const narrowed = await segmented(service.api, CHAMPIONS, where, `change=${change}`);
    expect(narrowed.body.rows.map((row) => row.user_id)).toEqual(ids);
  }
  const csv = await service.api.get<string>(
    `/api/insights/v1/reports/${CHAMPIONS}/csv?where=${encodeURIComponent(JSON.stringify(where))}`,
  );
  expect(
    csv.body
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]),
  ).toEqual([String(rankOf.get('yan')!.rank), String(rankOf.get('ann')!.rank)]);
});

describe('charts', () => {
  const results = async (metric: string, where: unknown, days: string) => {
    const query = `${days}&where=${encodeURIComponent(JSON.stringify(where))}`;
    const path = `/api/insights/v1/charts/${metric}?${query}`;
    const { status, body } = await service.api.get<{ metrics: { result: number }[] }>(path);
    expect(status).toBe(200);
    return body.metrics.map(({ result }) => result);
  };
  const TENTH = 'start_date=2025-03-10&end_date=2025-03-10';
  const FIFTH = `start_date=${CREATED}&end_date=${CREATED}`;

  test('count deleted subjects without values and ids known only by mention', async () => {
    // Ten were created, Ivy among them; Hal and Ivy were active on 03-10.
    expect(await results('signups', [], FIFTH)).toEqual([10]);
    expect(await results('signups', [['trait.plan', 'is', 'pro']], FIFTH)).toEqual([3]);
    expect(await results('signups', [['trait.plan', 'is_not', 'pro']], FIFTH)).toEqual([7]);
    expect(await results('active_users', [], TENTH)).toEqual([8]);
    expect(await results('active_users', [['role', 'is', 'Member']], TENTH)).toEqual([3]);
    expect(await results('active_users', [['role', 'unset']], TENTH)).toEqual([3]);
    const march = 'cadence=Monthly&start_date=2025-03-01&end_date=2025-04-30';
    expect(await results('active_users', [['trait.plan', 'set']], march)).toEqual([6, 2]);
    expect(await results('orgs_created', [['trait.tier', 'set']], FIFTH)).toEqual([2]);
    // ghost is active through dee, cube through fay. A worker derives the same within a minute.
    for (const id of ['acme', 'beta', 'cube', 'ghost'])
      await markOrgActive(service.databaseUrl, id, '2025-03-10');
    expect(await results('active_orgs', [], TENTH)).toEqual([4]);
    expect(await results('active_orgs', [['trait.tier', 'is', 'gold']], TENTH)).toEqual([2]);
    expect(await results('active_orgs', [['trait.tier', 'is_not', 'gold']], TENTH)).toEqual([2]);
  });

  test('refuse conditions on other subjects', async () => {
    const where = encodeURIComponent('[["role","set"]]');
    const { status, body } = await service.api.get<Problem>(
      `/api/insights/v1/charts/active_orgs?where=${where}`,
    );
    expect([status, body.code]).toEqual([400, 'invalid']);
    expect(body.detail).toContain('The keys for organizations are trait.<key> (tier, size)');
  });
});

describe('a condition that cannot be used', () => {
  test.each(UNUSABLE)('%s is a 400 that says what to do', async (where, detail) => {
    const { status, body } = await segmented(service.api, CHAMPIONS, where);
    expect([status, (body as unknown as Problem).code]).toEqual([400, 'invalid']);
    expect((body as unknown as Problem).detail).toContain(detail);
  });
});

test('the keys and the values that conditions can use are offered', async () => {
  interface Offered {
    is_complete: boolean;
    keys: { key: string; kinds: string[]; values: { value: unknown; count: number }[] }[];
  }
  const offered = async (subject: string) => {
    const path = `/api/insights/v1/segments/keys?subject=${subject}`;
    const { body } = await service.api.get<Offered>(path);
    expect(body.is_complete).toBe(true);
    return new Map(body.keys.map(({ key, ...rest }) => [key, rest]));
  };
  const ofUsers = await offered('user');
  expect(ofUsers.get('trait.plan')).toEqual({
    kinds: ['boolean', 'string'],
    values: [
      { value: 'pro', count: 3 },
      { value: 'team', count: 2 },
      { value: true, count: 1 },
      { value: 'Pro', count: 1 },
      { value: 'naïve🙂', count: 1 },
    ],
  });
  expect(ofUsers.get('trait.__proto__')).toEqual({ kinds: [], values: [] });
  expect(ofUsers.get('signup.__proto__')).toEqual({
    kinds: ['string'],
    values: [{ value: 'p', count: 1 }],
  });
  expect(ofUsers.get('role')!.values).toContainEqual({ value: 'Member', count: 2 });
  expect(ofUsers.get('org.tier')!.values).toEqual([
    { value: 'gold', count: 3 },
    { value: 'silver', count: 1 },
  ]);
  expect(ofUsers.get('domain')!.values[0]).toEqual({ value: 'example.com', count: 7 });
  const ofOrgs = await offered('org');
  expect([...ofOrgs.keys()]).toEqual(['trait.tier', 'trait.size']);
  expect(ofOrgs.get('trait.size')!.kinds).toEqual(['number']);
});

describe('saved segments', () => {
  interface Saved {
    id: string;
    name: string;
    where: unknown;
  }
  const SEGMENTS = '/api/insights/v1/segments';
  const pro = { name: ' Paying ', subject: 'user', where: [['trait.plan', 'is', 'pro']] };

  test('can be saved, used with conditions, replaced and removed', async () => {
    const { api } = service;
    const made = await api.post<Saved>(SEGMENTS, pro);
    expect([made.status, made.body]).toMatchObject([201, { ...pro, name: 'Paying' }]);
    const { id } = made.body;
    const within = async (query: string) => {
      const path = `/api/insights/v1/reports/${CHAMPIONS}?${query}`;
      const { body } = await api.get<{ rows: { user_id: string }[] }>(path);
      return body.rows.map((row) => row.user_id);
    };
    expect(await within(`segment=${id}`)).toEqual(['yan', 'ann']);
    const where = encodeURIComponent('[["role","set"]]');
    expect(await within(`segment=${id}&where=${where}`)).toEqual(['ann']);
    const replaced = await fetch(`${service.origin}${SEGMENTS}/${id}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${api.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...pro, where: [['trait.plan', 'is', ['team']]] }),
    });
    expect(replaced.status).toBe(200);
    expect(await within(`segment=${id}`)).toEqual(['xen', 'bob']);
    expect((await api.get<{ segments: Saved[] }>(SEGMENTS)).body.segments).toHaveLength(1);
    expect((await api.get(`/api/insights/v1/reports/org/churn?segment=${id}`)).status).toBe(400);
    expect((await api.send('DELETE', `${SEGMENTS}/${id}`)).status).toBe(204);
    expect((await api.send('DELETE', `${SEGMENTS}/${id}`)).status).toBe(404);
    for (const path of [`${SEGMENTS}/${id}`, `/api/insights/v1/charts/signups?segment=${id}`])
      expect((await api.get(path)).status).toBe(404);
  });

  test('refuse bad conditions, and changes without the scope admin', async () => {
    const { api, databaseUrl } = service;
    for (const bad of [
      { ...pro, where: [['trait.other', 'set']] },
      { ...pro, where: undefined },
      { ...pro, where: 'role' },
      { ...pro, subject: 'org' },
      { ...pro, subject: 'team' },
      { ...pro, name: '' },
      { ...pro, more: 1 },
    ]) {
      const { status, body } = await api.post<Problem>(SEGMENTS, bad);
      expect([status, body.code]).toEqual([400, 'invalid']);
    }
    const reader = await plantKey(databaseUrl, 'reader', 'read');
    const headers = { Authorization: `Bearer ${reader}` };
    expect((await api.post(SEGMENTS, pro, headers)).status).toBe(403);
    expect((await api.get(SEGMENTS, headers)).status).toBe(200);
  });

  test('the command adds, lists and removes', async () => {
    const url = service.databaseUrl;
    const where = JSON.stringify([['role', 'is', 'Owner']]);
    const given = ['--name', 'Owners', '--subject', 'user', '--where', where];
    const id = (await insightdOn(url, 'segments', 'add', ...given)).trim();
    expect(await insightdOn(url, 'segments', 'list')).toBe(`${id}  user  Owners  ${where}\n`);
    await insightdOn(url, 'segments', 'remove', id);
    expect(await insightdOn(url, 'segments', 'list')).toBe('There are no segments yet.\n');
  });
});

describe('the next request sees', () => {
  const updated = (subject: 'user' | 'org', id: string, traits: object) =>
    buildEvent(`${subject}.updated`, dayBefore(1), { [`${subject}_id`]: id, traits });

  test('every change of traits, memberships, deletions and exclusions', async () => {
    const { api, databaseUrl } = service;
    const pro = ['trait.plan', 'is', 'pro'];
    const owner = ['role', 'is', 'Owner'];
    const gold = ['org.tier', 'is', 'gold'];
    const seen = async () =>
      Object.fromEntries(
        await Promise.all(
          Object.entries({ pro, owner, gold, domain: ['domain', 'set'] }).map(
            async ([name, condition]) => [name, (await users(condition)).join(' ')] as const,
          ),
        ),
      );
    const first = await seen();
    expect(first).toMatchObject({ pro: 'ann yan', owner: 'ann', gold: 'ann bob dee' });
    await api.ingest([
      updated('user', 'bob', { plan: 'pro' }),
      updated('user', 'yan', { plan: null }),
    ]);
    expect(await seen()).toMatchObject({ pro: 'ann bob' });
    await api.ingest([roleChanged('bob', 'acme', dayBefore(2), 'Owner')]);
    expect(await seen()).toMatchObject({ owner: 'ann bob' });
    await api.ingest([
      updated('org', 'beta', { tier: 'gold' }),
      updated('org', 'acme', { tier: 'basic' }),
    ]);
    expect(await seen()).toMatchObject({ gold: 'bob dee' });
    await exclude(databaseUrl, 'org', 'acme', 1);
    expect(await seen()).toMatchObject({ owner: '', gold: 'bob dee' });
    await exclude(databaseUrl, 'org', 'beta', 1);
    expect(await seen()).toMatchObject({ gold: 'dee' });
    await exclude(databaseUrl, 'org', 'acme', 0);
    await exclude(databaseUrl, 'org', 'beta', 0);
    await exclude(databaseUrl, 'user', 'bob', 1);
    expect(await seen()).toMatchObject({ pro: 'ann', owner: 'ann', gold: 'dee' });
    expect(await users(['trait.plan', 'is_not', 'pro'])).not.toContain('bob');
    await exclude(databaseUrl, 'user', 'bob', 0);
    await api.ingest([deleted('org', 'beta', dayBefore(1)), deleted('user', 'ann', dayBefore(1))]);
    expect(await seen()).toMatchObject({ pro: 'bob', owner: 'bob', gold: 'dee' });
    expect(await users()).toEqual(EVERY_USER.filter((id) => id !== 'ann'));
    expect(await users(['trait.plan', 'is_not', 'pro'])).not.toContain('ann');
  });

  test('a membership from its time on, and the end of one', async () => {
    const at = new Date(Date.now() + 3_000).toISOString().slice(0, 23).split('T');
    const when = `${at[0]} ${at[1]}`;
    const boss = ['role', 'is', 'Boss'];
    await service.api.ingest([
      added('eve', 'cube', when, 'Boss'),
      added('cid', 'cube', dayBefore(3), 'Boss'),
      removed('cid', 'cube', when),
    ]);
    expect(await users(boss)).toEqual(['cid']);
    await waitFor(async () => String(await users(boss)) === 'eve');
  });

  test('the same as a process that has evaluated nothing before', async () => {
    const fresh = await startProcess('api', { ...testSettings(service.databaseUrl), ...SETTINGS });
    try {
      for (const condition of [
        ['trait.plan', 'is', 'pro'],
        ['role', 'is', 'Owner'],
        ['role', 'unset'],
        ['org.tier', 'is', 'gold'],
        ['domain', 'is', 'example.com'],
      ])
        expect(await idsIn(new Api(fresh.origin, TEST_KEY), CHAMPIONS, [condition])).toEqual(
          await users(condition),
        );
    } finally {
      await fresh.stop();
    }
  });
});
