import { describe, expect, test } from '@jest/globals';
import { SENT, SENT_AT, translated } from '../../support/translating.js';
import {
  clerkMembership,
  clerkMessage,
  clerkOrg,
  clerkSession,
  clerkUser,
} from '../../support/vendors/clerk.js';

const AT = Date.UTC(2026, 0, 30, 8);
const time = new Date(AT).toISOString();
const created_at = Date.UTC(2026, 0, 1);
const names = { username: null, first_name: 'Ada', last_name: 'Byron' };
const pair = { user_id: 'ada', org_id: 'acme' };
const of = (type: string, data: object) => translated('clerk', clerkMessage(type, data, AT));

test.each<[string, object, object]>([
  [
    'user.created',
    clerkUser('ada'),
    { type: 'user.created', user_id: 'ada', email: 'ada@example.com', ...names, created_at },
  ],
  [
    'user.updated',
    clerkUser('ada', { first_name: null }),
    {
      ...{ type: 'user.created', user_id: 'ada', email: 'ada@example.com' },
      ...{ ...names, first_name: null, created_at },
    },
  ],
  ['user.deleted', { id: 'ada', deleted: true }, { type: 'user.deleted', user_id: 'ada' }],
  ['session.created', clerkSession('ada'), { type: 'user.active', user_id: 'ada' }],
  [
    'session.created',
    { ...clerkSession('ada'), last_active_organization_id: 'acme' },
    { type: 'user.active', ...pair },
  ],
  [
    'organization.created',
    clerkOrg('acme'),
    { type: 'org.created', org_id: 'acme', name: 'Org acme', created_at },
  ],
  [
    'organization.updated',
    clerkOrg('acme', { name: 'Acme' }),
    { type: 'org.created', org_id: 'acme', name: 'Acme', created_at },
  ],
  [
    'user.updated',
    clerkUser('ada', { created_at: undefined }),
    { type: 'user.updated', user_id: 'ada', email: 'ada@example.com', ...names },
  ],
  [
    'organization.updated',
    clerkOrg('acme', { created_at: null }),
    { type: 'org.updated', org_id: 'acme', name: 'Org acme' },
  ],
  ['organization.deleted', { id: 'acme', deleted: true }, { type: 'org.deleted', org_id: 'acme' }],
  [
    'organizationMembership.created',
    clerkMembership('ada', 'acme', 'org:admin'),
    { type: 'user.added_to_org', ...pair, role: 'org:admin' },
  ],
  [
    'organizationMembership.updated',
    clerkMembership('ada', 'acme'),
    { type: 'user.role_changed_within_org', ...pair, role: 'org:member' },
  ],
  [
    'organizationMembership.deleted',
    clerkMembership('ada', 'acme'),
    { type: 'user.removed_from_org', ...pair },
  ],
])('%s becomes a native event at the time of the envelope', (type, data, event) => {
  expect(of(type, data)).toEqual([{ ...event, time }]);
});

describe('unused are', () => {
  test.each<[string, object]>([
    ['session.ended', clerkSession('ada')],
    ['organizationInvitation.created', { email_address: 'eve@example.com' }],
    ['email.created', {}],
    ['role.created', {}],
  ])('%s', (type, data) => expect(of(type, data)).toBe('unused'));

  test('a session in which another user acts as the user', () => {
    const actor = { sub: 'user_of_the_staff' };
    expect(of('session.created', clerkSession('ada', { actor }))).toBe('unused');
  });
});

test('an e-mail that is not the primary one is ignored', () => {
  const updated = of('user.updated', clerkUser('ada', { primary_email_address_id: null }));
  const withoutEmail = [{ type: 'user.created', user_id: 'ada', ...names, created_at, time }];
  expect(updated).toEqual(withoutEmail);
  const byPhone = { email_addresses: [], phone_numbers: [{ id: 'p' }] };
  expect(of('user.created', clerkUser('ada', byPhone))).toEqual(withoutEmail);
});

test('a new user without an address, phone number, username or other account is rejected', () => {
  const created = of('user.created', clerkUser('ada', { email_addresses: [] }));
  expect(created).toEqual({ errors: { data: [expect.stringMatching(/^must have an e-mail/)] } });
});

test('a message without a timestamp in the envelope has the time of the signature', () => {
  const body = { type: 'user.deleted', data: { id: 'ada' } };
  expect(translated('clerk', body)).toEqual([{ type: 'user.deleted', user_id: 'ada', time: SENT }]);
});

test.each([AT / 1000, String(AT), time])('a timestamp of %s is the same moment', (timestamp) => {
  const body = { type: 'user.deleted', data: { id: 'ada' }, timestamp };
  expect(translated('clerk', body)).toEqual([{ type: 'user.deleted', user_id: 'ada', time }]);
});

test.each([1e300, -1, '2026', 0, Number.NaN])(
  'a timestamp of %s is said to be wrong',
  (timestamp) => {
    const body = { type: 'user.deleted', data: { id: 'ada' }, timestamp };
    expect(translated('clerk', body)).toMatchObject([{ errors: { time: expect.anything() } }]);
  },
);

test('a message years older than its signature is rejected, but its subject may be older', () => {
  const of = (timestamp: number) =>
    translated('clerk', {
      ...{ type: 'user.created', timestamp },
      data: clerkUser('ada', { created_at: 1_000_000_000 }),
    });
  expect(of(SENT_AT)).toMatchObject([{ created_at: 1_000_000_000_000 }]);
  expect(of(1_000_000_000)).toMatchObject({ errors: { timestamp: [expect.any(String)] } });
  const unused = { type: 'email.created', data: {}, timestamp: 1_000_000_000 };
  expect(translated('clerk', unused)).toBe('unused');
});

test('a message without a type, or that is not an object, is rejected with the reason', () => {
  for (const body of [{}, { type: 7 }, 'text', null, [clerkMessage('user.deleted', {}, SENT_AT)]])
    expect(translated('clerk', body)).toEqual({ errors: { type: expect.anything() } });
});
