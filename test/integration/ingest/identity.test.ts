import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../../support/api.js';
import { plantKey } from '../../support/keys.js';
import { anEvent, send, signupParameters } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const CREATED = '2025-03-10T12:00:00Z';
const TAKEN = { accepted: 1, rejected: [] };

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

interface Identity {
  id: string;
  source?: string;
}

/** A creation whose signup parameters name the delivery. */
function creation(user_id: string, delivery: string, identity: Identity, time = CREATED) {
  const email = `${user_id}@example.com`;
  const data = { user_id, email, signup_query_parameters: { delivery } };
  return { type: 'user.created', time, data, ...identity };
}

async function keptDelivery(userId: string): Promise<string | undefined> {
  const { body } = await signupParameters(service.api, userId);
  return body.user_signup_query_parameters?.['delivery'];
}

async function expectTaken(event: object, api = service.api): Promise<void> {
  const { status, body } = await send(api, event);
  expect([status, body]).toEqual([200, TAKEN]);
}

describe('an identity counts once', () => {
  const identity = { id: 'once', source: 'app' };

  test('a repeated identity is accepted and changes nothing, whatever its body, time or type', async () => {
    await expectTaken(creation('once', 'first', identity));
    await expectTaken(creation('once', 'another body', identity));
    await expectTaken(creation('once', 'a later time', identity, '2025-03-11T12:00:00Z'));
    await expectTaken(creation('once', 'an earlier time', identity, '2025-03-01T12:00:00Z'));
    await expectTaken({ type: 'user.deleted', data: { user_id: 'once' }, ...identity });
    await expectTaken(creation('someone else', 'first', identity));
    expect(await keptDelivery('once')).toBe('first');
    expect(await keptDelivery('someone else')).toBeUndefined();
  });

  test('within one request the first event of an identity counts', async () => {
    const twice = { id: 'twice in one', source: 'app' };
    const events = ['first', 'second'].map((text) => creation('in one', text, twice));
    const { status, body } = await send(service.api, events);
    expect([status, body]).toEqual([200, { accepted: 2, rejected: [] }]);
    expect(await keptDelivery('in one')).toBe('first');
  });

  test('an identity sent by many requests at once counts once', async () => {
    const invitees = Array.from({ length: 12 }, (_, i) => `invitee-${i}@example.com`);
    await expectTaken(creation('inviter', 'only', { id: 'inviter is created' }));
    const replies = await Promise.all(
      invitees.map((invitee_email) =>
        send(service.api, {
          ...anEvent('user.invited_to_org', { inviter_user_id: 'inviter', invitee_email }),
          ...{ id: 'many at once', source: 'app', time: CREATED },
        }),
      ),
    );
    expect(replies.map(({ body }) => body)).toEqual(invitees.map(() => TAKEN));
    const { run_id } = await service.api.run('2025-03-31');
    const { rows } = await service.api.ranking('user', 'top_inviter', '30', { runId: run_id });
    expect(rows).toMatchObject([{ user_id: 'inviter', extra_properties: { num_invites: 1 } }]);
  });

  test('a rejected event does not use up its identity: the corrected event is accepted under the same id', async () => {
    const event = creation('corrected', 'right', { id: 'corrected', source: 'app' });
    const wrong = await send(service.api, { ...event, data: { ...event.data, email: 7 } });
    expect(wrong.status).toBe(400);
    await expectTaken(event);
    expect(await keptDelivery('corrected')).toBe('right');
  });
});

describe('an identity is (source, id)', () => {
  test('the same id from another source is another event', async () => {
    await expectTaken(creation('of one', 'one', { id: 'shared', source: 'one' }));
    await expectTaken(creation('of two', 'two', { id: 'shared', source: 'two' }));
    expect([await keptDelivery('of one'), await keptDelivery('of two')]).toEqual(['one', 'two']);
  });

  test('ids and sources are compared exactly: case, spaces and Unicode composition matter', async () => {
    const ids = ['Exact', 'exact', ' exact', 'exact ', 'ex\u00e4ct', 'exa\u0308ct'];
    for (const id of ids) await expectTaken(creation(`user ${id}`, id, { id, source: 'app' }));
    expect(await Promise.all(ids.map((id) => keptDelivery(`user ${id}`)))).toEqual(ids);
  });

  test('id and source are not concatenated', async () => {
    const pairs = [
      { source: 'a', id: 'b:c' },
      { source: 'a:b', id: 'c' },
      { source: 'ab', id: 'c' },
      { source: 'a', id: 'bc' },
    ];
    for (const [i, pair] of pairs.entries()) {
      await expectTaken(creation(`pair ${i}`, 'counted', pair));
    }
    const counted = await Promise.all(pairs.map((_, i) => keptDelivery(`pair ${i}`)));
    expect(counted).toEqual(pairs.map(() => 'counted'));
  });

  test('an event without a source has the name of the key as its source, so two keys can use the same ids', async () => {
    const [crm, shop] = await Promise.all(
      ['crm', 'shop'].map(async (name) => {
        return new Api(service.origin, await plantKey(service.databaseUrl, name, 'ingest'));
      }),
    );
    await expectTaken(creation('of crm', 'crm', { id: 'same' }), crm);
    await expectTaken(creation('of shop', 'shop', { id: 'same' }), shop);
    await expectTaken(creation('of neither', 'again', { id: 'same' }), shop);
    // An explicit source of the same name is the same source, whatever the key.
    await expectTaken(creation('of neither', 'again', { id: 'same', source: 'crm' }));
    expect(await keptDelivery('of crm')).toBe('crm');
    expect(await keptDelivery('of shop')).toBe('shop');
    expect(await keptDelivery('of neither')).toBeUndefined();
  });
});
