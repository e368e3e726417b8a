import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { letters, replay, type Letter } from '../../support/letters.js';
import { columnsHolding } from '../../support/personal.js';
import { anEvent, send, signupParameters } from '../../support/sending.js';
import { startTestService, type TestService } from '../../support/service.js';
import { active, added, invited, orgCreated } from '../../support/model/fixtures/builders.js';

const PERSONAL = [
  ...['zq1.mail@private.example', 'zq1user', 'Zq1first', 'Zq1last', 'zq1campaign'],
  'zq1trait +49 151',
];
const SECRET_ORG = 'Zq1 Secret Org';
const CREATED = '2024-06-01T12:00:00Z';
const TAKEN = { accepted: 1, rejected: [] };

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ USER_TRAITS: 'phone,Zq1', ORG_TRAITS: 'address' });
});
afterAll(() => service.close());

/** Everything personal that an event about a user can carry. */
function personal(user_id: string): Record<string, unknown> {
  const [email, username, first_name, last_name, campaign, phone] = PERSONAL;
  const signup_query_parameters = { campaign, [campaign!]: 'name' };
  const traits = { phone, Zq1: `call ${phone}`, unlisted: phone };
  return { user_id, email, username, first_name, last_name, signup_query_parameters, traits };
}

/** Events about the user that are rejected for different reasons, each with personal data in it. */
function rejectedAbout(user_id: string): object[] {
  const data = personal(user_id);
  return [
    anEvent('user.created', { ...data, created_at: 'never' }),
    anEvent('user.updated', { ...data, username: 7 }),
    anEvent('user.moved', data),
    anEvent('user.created', data, { time: 'tomorrow' }),
    anEvent('user.added_to_org', { ...data, org_id: '' }),
    { ...anEvent('user.created', data), id: undefined },
    { id: 'a', type: 'user.created', source: 7, data },
    anEvent('user.invited_to_org', {
      inviter_user_id: user_id,
      invitee_email: 7,
      org_id: PERSONAL,
    }),
  ];
}

async function expectRejected(events: object[]): Promise<void> {
  const { body } = await send(service.api, events);
  expect([body.accepted, body.rejected.length]).toEqual([0, events.length]);
}

async function takeAll(...events: object[]): Promise<void> {
  const { body } = await send(service.api, events);
  expect(body).toEqual({ accepted: events.length, rejected: [] });
}

function mentioning(list: Letter[], texts: string[]): Letter[] {
  return list.filter((letter) => texts.some((text) => JSON.stringify(letter).includes(text)));
}

describe('of a deleted user', () => {
  const id = 'user-to-erase';

  test('all personal data is erased', async () => {
    await takeAll(
      anEvent('user.created', personal(id), { time: CREATED }),
      anEvent('user.updated', personal(id)),
      orgCreated('acme', '2024-06-01'),
      added(id, 'acme', '2024-07-01'),
      ...active(id, '2025-03-20'),
      invited('someone', PERSONAL[0]!, '2025-03-20'),
      invited(id, 'invitee.zq1campaign@private.example', '2025-03-20'),
    );
    await expectRejected(rejectedAbout(id));
    await service.api.run('2025-03-31');
    expect((await columnsHolding(service.databaseUrl, PERSONAL)).length).toBeGreaterThan(5);
    expect(mentioning(await letters(service.api), PERSONAL)).toHaveLength(8);

    await takeAll(anEvent('user.deleted', { user_id: id }));
    expect(await columnsHolding(service.databaseUrl, PERSONAL)).toEqual([]);
    expect(mentioning(await letters(service.api), PERSONAL)).toEqual([]);
    expect((await signupParameters(service.api, id)).status).toBe(404);
  });

  test('personal data that arrives later is not stored, accepted or rejected', async () => {
    await takeAll(
      anEvent('user.created', personal(id), { time: CREATED }),
      anEvent('user.created', personal(id), { time: new Date().toISOString() }),
      anEvent('user.updated', personal(id)),
      anEvent('user.updated', personal(id), { time: CREATED }),
      invited(id, PERSONAL[0]!, '2025-03-21'),
    );
    await expectRejected(rejectedAbout(id));
    await service.api.run('2025-03-31');
    await service.api.run();
    expect(await columnsHolding(service.databaseUrl, PERSONAL)).toEqual([]);
    expect((await signupParameters(service.api, id)).status).toBe(404);
  });

  test('personal data in the same request as the deletion is not stored, before it or after it', async () => {
    const other = 'erased-at-once';
    const events = [
      ...rejectedAbout(other).slice(0, 3),
      anEvent('user.created', personal(other), { time: CREATED }),
      anEvent('user.deleted', { user_id: other }, { time: '2025-03-01T00:00:00Z' }),
      anEvent('user.updated', personal(other)),
      ...rejectedAbout(other).slice(3),
    ];
    const { body } = await send(service.api, events);
    expect(body).toMatchObject({ accepted: 3, rejected: { length: 8 } });
    expect(await columnsHolding(service.databaseUrl, PERSONAL)).toEqual([]);
  });

  test('earlier events that are sent again or replayed are not stored', async () => {
    const reply = await replay(service.api);
    expect(reply.accepted).toBe(0);
    expect(await columnsHolding(service.databaseUrl, PERSONAL)).toEqual([]);
  });

  test('the log never has personal data', () => {
    expect(service.log.length).toBeGreaterThan(0);
    const log = [...service.log, ...service.output].join('\n').toLowerCase();
    for (const text of PERSONAL) expect(log).not.toContain(text.toLowerCase());
  });

  test('the days on which the user was active still count', async () => {
    await service.chartsAreFresh();
    const path = '/api/backend/v1/chart_metrics/active_users';
    const { body } = await service.api.get(`${path}?start_date=2025-03-20&end_date=2025-03-20`);
    expect(body).toMatchObject({ metrics: [{ result: 1 }] });
  });
});

describe('of a deleted org', () => {
  const id = 'org-to-erase';
  const data = { org_id: id, name: SECRET_ORG, traits: { address: `at ${SECRET_ORG}` } };
  const rejected = () => [
    anEvent('org.created', { ...data, created_at: 'never' }),
    anEvent('org.moved', data),
    anEvent('org.updated', data, { time: 7 }),
  ];

  test('the name and the traits are erased, also from rejected events', async () => {
    await takeAll(
      anEvent('org.created', data, { time: CREATED }),
      anEvent('org.updated', data),
      added('someone', id, '2025-03-20'),
    );
    await expectRejected(rejected());
    expect((await columnsHolding(service.databaseUrl, [SECRET_ORG])).length).toBeGreaterThan(2);
    // Dated ahead, within the ten minutes that are allowed.
    const time = new Date(Date.now() + 300_000).toISOString();
    expect(await send(service.api, anEvent('org.deleted', { org_id: id }, { time }))).toMatchObject(
      {
        body: TAKEN,
      },
    );
    expect(await columnsHolding(service.databaseUrl, [SECRET_ORG])).toEqual([]);
  });

  test('the name and the traits are not stored when it arrives later', async () => {
    await takeAll(anEvent('org.created', data), anEvent('org.updated', data));
    await expectRejected(rejected());
    expect(await columnsHolding(service.databaseUrl, [SECRET_ORG])).toEqual([]);
    expect(mentioning(await letters(service.api), [SECRET_ORG])).toEqual([]);
  });
});
