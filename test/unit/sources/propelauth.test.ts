import { describe, expect, test } from '@jest/globals';
import { SENT as time, translated } from '../../support/translating.js';

const user = { user_id: 'ada' };
const pair = { user_id: 'ada', org_id: 'acme' };
const invite = { inviter_user_id: 'ada', invitee_email: 'eve@example.com' };
const of = (event_type: string, body: object) => translated('propelauth', { event_type, ...body });

test.each<[string, object, object]>([
  [
    'user.created',
    { ...user, email: 'ada@example.com', email_confirmed: true, first_name: 'Ada' },
    { ...user, email: 'ada@example.com', first_name: 'Ada' },
  ],
  ['user.deleted', user, user],
  ['org.created', { org_id: 'acme', name: 'Acme' }, { org_id: 'acme', name: 'Acme' }],
  ['org.deleted', { org_id: 'acme' }, { org_id: 'acme' }],
  ['user.added_to_org', { ...pair, role: 'Owner' }, { ...pair, role: 'Owner' }],
  ['user.added_to_org', pair, pair],
  ['user.removed_from_org', { removed_user_id: 'ada', org_id: 'acme' }, pair],
  ['user.removed_from_org', pair, pair],
  ['user.role_changed_within_org', { ...pair, new_role: 'Admin' }, { ...pair, role: 'Admin' }],
  ['user.role_changed_within_org', { ...pair, role: 'Admin' }, { ...pair, role: 'Admin' }],
  ['user.invited_to_org', { ...invite, org_id: 'acme' }, { ...invite, org_id: 'acme' }],
  [
    'user.invited_to_org',
    { inviter_id: 'ada', email: 'eve@example.com', role: 'Member' },
    { ...invite, role: 'Member' },
  ],
])('%s becomes a native event at the time of the signature', (type, body, data) => {
  expect(of(type, body)).toEqual([{ type, ...data, time }]);
});

test('a sign-in is activity', () => {
  expect(of('user.login', user)).toEqual([{ type: 'user.active', ...user, time }]);
});

test('a message that has only an id is enriched', () => {
  expect(of('user.updated', user)).toEqual({ fetches: [{ kind: 'user', id: 'ada' }] });
  expect(of('org.updated', { org_id: 'acme' })).toEqual({ fetches: [{ kind: 'org', id: 'acme' }] });
  expect(of('user.updated', {})).toEqual({ errors: { user_id: ['is required'] } });
});

describe('unused are', () => {
  test.each<[string, object]>([
    ['user.enabled', user],
    ['user.disabled', user],
    ['user.locked', user],
    ['user.logout', user],
    ['user.impersonated', user],
    ['user.invited_to_org', { org_id: 'acme', email: 'eve@example.com' }],
    ['user.invited_to_org', { inviter_user_id: 'ada', org_id: 'acme' }],
  ])('%s of %j', (type, body) => expect(of(type, body)).toBe('unused'));
});

test('a message without its type or a required member is rejected with the reason', () => {
  expect(translated('propelauth', user)).toEqual({ errors: { event_type: expect.anything() } });
  expect(of('org.created', { org_id: 'acme' })).toEqual([
    { errors: { 'data.name': ['is required'] } },
  ]);
});
