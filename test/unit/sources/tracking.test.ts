import { describe, expect, test } from '@jest/globals';
import { parseJson } from '#libs/contracts';
import { callsOf, messageOf } from '../../../libs/ingest/sources/tracking/messages.js';
import { source } from '../../../libs/ingest/sources/tracking/source.js';

type Call = Record<string, unknown>;

const NOW = Date.UTC(2026, 0, 31, 12);
const MINUTE = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

const translate = (call: unknown) => source.translate({ id: 'm', at: NOW, body: call });
/** The events of a call as [type, data], without absent fields. */
function events(call: Call): [string, Call][] {
  const translation = translate(call);
  if (translation === 'unused' || !('events' in translation)) throw new Error('no events');
  return translation.events.map((event) => {
    const { type, data } = event as { type: string; data: Call };
    return [type, Object.fromEntries(Object.entries(data).filter(([, v]) => v !== undefined))];
  });
}

const identify = (traits: Call, more: Call = {}) => ({
  ...{ type: 'identify', userId: 'ada', traits },
  ...more,
});
const track = (event: unknown, properties: Call = {}, groupId?: string) => ({
  ...{ type: 'track', userId: 'ada', event, properties },
  ...(groupId !== undefined && { context: { groupId } }),
});

describe('identify', () => {
  test('with an address creates the user', () => {
    const traits = { email: 'a@x.example', firstName: 'Ada', lastName: 'King', username: 'ada' };
    const names = { first_name: 'Ada', last_name: 'King', username: 'ada' };
    const data = { user_id: 'ada', email: 'a@x.example', ...names, traits };
    expect(events(identify(traits))).toEqual([['user.created', data]]);
  });

  test('leaves the check of createdAt to event validation', () => {
    for (const createdAt of ['2025-03-01T10:00:00+0100', 1_740_819_600_000, 'last spring']) {
      const [[, data]] = events(identify({ email: 'a@x.example', createdAt })) as [[string, Call]];
      expect(data).toMatchObject({ user_id: 'ada', email: 'a@x.example', created_at: createdAt });
    }
  });

  test('with a creation time creates the user, with or without an address', () => {
    const traits = { createdAt: '2025-03-01', username: 'ada' };
    const data = { user_id: 'ada', username: 'ada', created_at: '2025-03-01', traits };
    expect(events(identify(traits))).toEqual([['user.created', data]]);
  });

  test('with neither sets only the profile and the traits, and null clears a name', () => {
    const traits = { firstName: null, email: ' ', username: 'ada' };
    expect(events(identify(traits))).toEqual([
      ['user.updated', { user_id: 'ada', first_name: null, username: 'ada', traits }],
    ]);
    const plan = { plan: 'pro' };
    expect(events(identify(plan))).toEqual([['user.updated', { user_id: 'ada', traits: plan }]]);
    expect(translate(identify({}))).toBe('unused');
  });

  test('that is not active creates the user only at a creation time', () => {
    const context = { active: false };
    const traits = { email: 'a@x.example', username: 'ada' };
    expect(events(identify(traits, { context }))).toEqual([
      ['user.updated', { user_id: 'ada', ...traits, traits }],
    ]);
    const dated = { ...traits, createdAt: '2025-03-01' };
    expect(events(identify(dated, { context }))).toEqual([
      ['user.created', { user_id: 'ada', ...traits, created_at: '2025-03-01', traits: dated }],
    ]);
  });

  test('splits a whole name when its parts are absent', () => {
    const namesOf = (traits: Call) => events(identify(traits))[0]![1];
    expect(namesOf({ name: ' Ada  King of Lovelace ' })).toMatchObject({
      first_name: 'Ada',
      last_name: 'King of Lovelace',
    });
    const { traits: _, ...names } = namesOf({ name: 'Ada' });
    expect(names).toEqual({ user_id: 'ada', first_name: 'Ada' });
    expect(namesOf({ name: 'Ada King', lastName: 'Byron' })).not.toHaveProperty('first_name');
  });

  test('takes traits from the context, where some libraries put them', () => {
    const traits = { email: 'a@x.example', plan: 'pro' };
    const call = { type: 'identify', userId: 7, context: { traits }, traits: { plan: 'team' } };
    expect(events(call)).toEqual([
      ['user.created', { user_id: '7', email: 'a@x.example', traits: { ...traits, plan: 'team' } }],
    ]);
  });
});

describe('group', () => {
  const added = ['user.added_to_org', { user_id: 'ada', org_id: 'acme' }];
  const group = (more: Call) => ({ type: 'group', userId: 'ada', ...more });

  test('makes the user a member, and creates the account when it has a name', () => {
    expect(events(group({ groupId: 'acme' }))).toEqual([added]);
    const traits = { name: 'Acme', createdAt: '2025-03-01' };
    expect(events(group({ groupId: 'acme', traits }))).toEqual([
      added,
      ['org.created', { org_id: 'acme', name: 'Acme', created_at: '2025-03-01', traits }],
    ]);
  });

  test('sets the traits of an account without a name', () => {
    const traits = { plan: 'pro', seats: null };
    expect(events(group({ groupId: 'acme', traits }))).toEqual([
      added,
      ['org.updated', { org_id: 'acme', traits }],
    ]);
  });

  test('requires the id of the account', () => {
    expect(translate(group({}))).toEqual({ errors: { groupId: ['is required'] } });
  });
});

const ACTIVE: [string, Call][] = [['user.active', { user_id: 'ada', org_id: 'acme' }]];

describe('track', () => {
  test.each<[unknown, Call, [string, Call][]]>([
    [
      'Signed Up',
      { email: 'a@x.example', first_name: 'Ada', plan: 'pro' },
      [
        ['user.created', { user_id: 'ada', email: 'a@x.example', first_name: 'Ada' }],
        ['user.added_to_org', { user_id: 'ada', org_id: 'acme' }],
      ],
    ],
    ['Signed In', {}, ACTIVE],
    [
      'Account Created',
      { account_name: 'Acme' },
      [['org.created', { org_id: 'acme', name: 'Acme' }]],
    ],
    ['account_created', { account_name: 'A' }, [['org.created', { org_id: 'acme', name: 'A' }]]],
    ['Account Deleted', {}, [['org.deleted', { org_id: 'acme' }]]],
    [
      'Account Added User',
      { role: 'Owner' },
      [['user.added_to_org', { user_id: 'ada', org_id: 'acme', role: 'Owner' }]],
    ],
    ['Account Removed User', {}, [['user.removed_from_org', { user_id: 'ada', org_id: 'acme' }]]],
    [
      'Invite Sent',
      { invitee_email: 'i@x.example', invitee_role: 'Guest' },
      [
        [
          'user.invited_to_org',
          {
            inviter_user_id: 'ada',
            invitee_email: 'i@x.example',
            ...{ org_id: 'acme', role: 'Guest' },
          },
        ],
      ],
    ],
    ['Signed Out', {}, ACTIVE],
    ['Song Played', { account_name: 'Acme' }, ACTIVE],
    [undefined, {}, ACTIVE],
  ])('%p', (event, properties, expected) => {
    expect(events(track(event, properties, 'acme'))).toEqual(expected);
  });

  test('a sign-up creates the user, with or without an address', () => {
    expect(events(track('User Signed Up'))).toEqual([['user.created', { user_id: 'ada' }]]);
  });

  test('an account event without an account is an error, not activity', () => {
    for (const name of ['Account Created', 'Account Deleted', 'Account Added User']) {
      expect(translate(track(name))).toHaveProperty('errors', {
        'context.groupId': ['is required: the id of the account'],
      });
    }
  });

  test('an account can be created or deleted without a user', () => {
    const { userId, ...anonymous } = track('Account Deleted', {}, 'acme');
    expect(userId).toBe('ada');
    expect(events(anonymous)).toEqual([['org.deleted', { org_id: 'acme' }]]);
  });
});

test('calls without a user, and aliases, are unused', () => {
  for (const type of ['identify', 'group', 'track', 'page', 'screen']) {
    const call = { type, anonymousId: 'x', groupId: 'acme', traits: { email: 'a@x.example' } };
    expect(translate(call)).toBe('unused');
    expect(translate({ ...call, userId: null })).toBe('unused');
  }
  expect(translate({ type: 'alias', userId: 'ada', previousId: 'x' })).toBe('unused');
});

test.each([
  [{ type: 'track', event: 'Report Opened' }],
  [{ type: 'track', event: 'Signed In' }],
  [{ type: 'page' }],
  [{ type: 'screen' }],
])('%j is activity in the account that the call names', (call) => {
  const place = (more: Call) => events({ ...call, userId: 'ada', ...more });
  const activeIn = (org?: string) => [
    ['user.active', { user_id: 'ada', ...(org && { org_id: org }) }],
  ];
  expect(place({ context: { groupId: 'acme' } })).toEqual(activeIn('acme'));
  expect(place({ groupId: 'acme' })).toEqual(activeIn('acme'));
  expect(place({ context: { groupId: 'acme' }, groupId: 'other' })).toEqual(activeIn('acme'));
  expect(place({ context: { groupId: 7 } })).toEqual(activeIn('7'));
  expect(place({ context: { groupId: ' ' }, groupId: null })).toEqual(activeIn());
  expect(place({ properties: { groupId: 'acme' } })).toEqual(activeIn());
  expect(translate({ ...call, userId: 'ada', context: { groupId: 1.5 } })).toMatchObject({
    errors: { 'context.groupId': [expect.any(String)] },
  });
});

describe('a call that is not active', () => {
  const context = { active: false, groupId: 'acme' };

  test.each([
    { type: 'page', name: 'Home' },
    { type: 'screen', name: 'Home' },
    { type: 'track', event: 'Song Played' },
    { type: 'track', event: 'signed_in' },
  ])('is no activity: %j', (call) => {
    expect(translate({ ...call, userId: 'ada', context })).toEqual({ unused: 'not active' });
    for (const active of [true, 'false', 0, null, undefined]) {
      expect(translate({ ...call, userId: 'ada', context: { active } })).toHaveProperty('events');
    }
  });

  test('still states a fact', () => {
    const facts = ['Account Added User', 'Account Deleted', 'Invite Sent', 'Signed Up'];
    for (const name of facts) {
      const properties = { invitee_email: 'i@x.example' };
      const call = { type: 'track', userId: 'ada', event: name, properties };
      expect(events({ ...call, context })).toEqual(
        events({ ...call, context: { groupId: 'acme' } }),
      );
    }
  });

  test('is one by the context of its batch, however large', () => {
    const batch = [
      { type: 'page', userId: 'ada' },
      { type: 'page', context: { active: true } },
    ];
    for (const more of [{}, { app: 'x'.repeat(5_000) }]) {
      const calls = callsOf({ batch, context: { active: false, ...more } }) as Call[];
      expect(calls.map(({ context: own }) => (own as Call)['active'])).toEqual([false, true]);
    }
  });
});

test('the name of an event is that of a track, page or screen', () => {
  const nameOf = (call: Call) => source.eventNameOf!(call);
  expect(nameOf({ type: 'track', event: 'Heartbeat', name: 'x' })).toBe('Heartbeat');
  expect(nameOf({ type: 'page', event: 'x', name: 'Home' })).toBe('Home');
  expect(nameOf({ type: 'screen', name: 'Home' })).toBe('Home');
  for (const type of ['identify', 'group', 'alias', 'dance']) {
    expect(nameOf({ type, event: 'x', name: 'x' })).toBeUndefined();
  }
  expect(nameOf({ type: 'track', event: 7 })).toBeUndefined();
});

test('a value that is not a call, or has an invalid time, is an error', () => {
  for (const call of [7, null, [], 'track', {}, { type: 'dance' }, { type: '__proto__' }]) {
    expect(translate(call)).toHaveProperty('errors');
  }
  for (const timestamp of ['yesterday', 7, '1969-12-31T23:59:59Z', '20260230']) {
    expect(translate({ type: 'page', userId: 'ada', timestamp })).toEqual({
      errors: { timestamp: [expect.any(String)] },
    });
  }
});

describe('an id that is a number', () => {
  const idIn = (written: string) => {
    const call = parseJson(`{"type":"page","userId":${written}}`) as Call;
    const translation = translate(call);
    if (translation === 'unused' || !('events' in translation)) return translation;
    return (translation.events[0] as { data: Call }).data['user_id'];
  };

  test.each(['7', '0', '-5', '9007199254740991', '9007199254740993', '738529527931260425'])(
    'is kept digit for digit: %s',
    (written) => expect(idIn(written)).toBe(written),
  );

  test.each(['1.5', '1.0', '1e5', '1e21', '-0', '1e400'])('is refused as %s', (written) => {
    const reason = 'must be a string, or a whole number without fraction and exponent';
    expect(idIn(written)).toEqual({ errors: { userId: [reason] } });
  });

  test('is refused as a required account', () => {
    const group = { type: 'group', userId: 'ada', groupId: 1.5 };
    expect(translate(group)).toHaveProperty('errors.groupId');
    const { properties, ...deletion } = track('Account Deleted');
    expect(properties).toEqual({});
    expect(translate({ ...deletion, context: { groupId: 1.5 } })).toHaveProperty('errors');
    expect(translate(track('Song Played', { groupId: 1.5 }))).toHaveProperty('events');
  });

  test('distinguishes calls that differ only in the last digit', () => {
    const [one, other] = ['738529527931260425', '738529527931260426'].map(
      (written) => messageOf(parseJson(`{"userId":${written}}`), undefined, NOW).id,
    );
    expect(one).not.toBe(other);
  });
});

test('types are a closed list, whatever names senders make up', () => {
  const types = ['Signed Up', 'made up', 'Invite Sent'].map((event) => source.typeOf(track(event)));
  expect(types).toEqual(['Signed Up', 'track', 'Invite Sent']);
  expect(source.typeOf({ type: 'page' })).toBe('page');
  expect(source.typeOf({ type: 'dance' })).toBeUndefined();
});

describe('the time of a call', () => {
  const at = (call: Call, sentAt?: unknown) => messageOf(call, sentAt, NOW).at - NOW;

  test('is its timestamp, by default the time of receipt', () => {
    const earlier = iso(NOW - 60 * MINUTE);
    expect(at({ timestamp: earlier, originalTimestamp: iso(NOW) })).toBe(-60 * MINUTE);
    expect(at({ originalTimestamp: earlier })).toBe(-60 * MINUTE);
    expect(at({})).toBe(0);
    expect(at({ timestamp: 'yesterday' })).toBe(0);
  });

  test.each([
    ['a clock that is right', 0, -60],
    ['5 minutes behind', -5, -60],
    ['5 minutes ahead', 5, -60],
    ['6 minutes behind', -6, -54],
    ['6 minutes ahead', 6, -66],
    ['a year behind', -525_600, 525_540],
  ])('is corrected beyond 5 minutes: %s', (_, skew, expected) => {
    const call = { originalTimestamp: iso(NOW - 60 * MINUTE) };
    expect(at(call, iso(NOW + skew * MINUTE))).toBe(expected * MINUTE);
    // A call's own fields take precedence over those of its batch.
    expect(at({ ...call, sentAt: iso(NOW) }, iso(NOW + skew * MINUTE))).toBe(-60 * MINUTE);
  });

  test('is unchanged when the time of sending is invalid', () => {
    expect(at({ timestamp: iso(NOW - MINUTE) }, 'now')).toBe(-MINUTE);
  });

  test('is invalid when the correction is absurd', () => {
    const ofSending = (timestamp: string, sentAt: string) =>
      messageOf({ timestamp }, sentAt, NOW).at;
    expect(ofSending('1970-01-01', '9999-12-31T23:59:59Z')).toBe(-1);
    expect(ofSending('9999-12-31', '1990-01-01')).toBe(Date.UTC(10_000, 0, 1) - 1);
  });

  test('is unchanged in an archive, where it was already corrected', () => {
    const timestamp = iso(NOW - 60 * MINUTE);
    const sentAt = iso(NOW - 600 * MINUTE);
    expect(at({ timestamp, receivedAt: iso(NOW - 59 * MINUTE), sentAt })).toBe(-60 * MINUTE);
    expect(at({ timestamp, originalTimestamp: iso(NOW - 61 * MINUTE), sentAt })).toBe(-60 * MINUTE);
    expect(at({ timestamp, originalTimestamp: timestamp, sentAt })).toBe(540 * MINUTE);
    expect(at({ timestamp, receivedAt: null, sentAt })).toBe(540 * MINUTE);
  });
});

describe('the identity of a call', () => {
  const id = (call: unknown, receivedAt = NOW) => messageOf(call, undefined, receivedAt).id;

  test('is its messageId, hashed when it is too long or not a string', () => {
    expect(id({ messageId: 'm-1' })).toBe('m-1');
    expect(id({ messageId: 'm'.repeat(300) })).toMatch(/^[0-9a-f]{64}$/);
    expect(id({ messageId: 7 })).toMatch(/^[0-9a-f]{64}$/);
  });

  test('without a messageId is its content, whenever that was sent', () => {
    const call = { type: 'page', userId: 'ada', timestamp: iso(NOW) };
    expect(id({ ...call, sentAt: iso(NOW) }, NOW)).toBe(id({ ...call, sentAt: 7 }, NOW + 1e9));
    expect(id({ ...call, userId: 'bob' })).not.toBe(id(call));
  });

  test('for content without a time is the same within an hour, and another one later', () => {
    const call = { type: 'page', userId: 'ada' };
    expect(id(call, NOW + 59 * MINUTE)).toBe(id(call));
    expect(id(call, NOW + 60 * MINUTE)).not.toBe(id(call));
  });

  test('exists for content that is nested too deeply to be serialized', () => {
    const deep = JSON.parse('{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)) as unknown;
    expect(id(deep)).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('the common fields of a batch are filled in for all its calls', () => {
  const batch = {
    context: { groupId: 'acme', locale: 'en' },
    batch: [{ type: 'page' }, { type: 'page', context: { groupId: 'beta' } }, 7],
  };
  expect(callsOf(batch)).toEqual([
    { type: 'page', context: { groupId: 'acme', locale: 'en' } },
    { type: 'page', context: { groupId: 'beta', locale: 'en' } },
    7,
  ]);
  for (const wrong of [7, null, [], {}, { batch: {} }]) expect(callsOf(wrong)).toBeUndefined();
});
