import { describe, expect, test } from '@jest/globals';
import { translated } from '../../support/translating.js';
import {
  workosInvitation,
  workosMembership,
  workosMessage,
  workosOrg,
  workosUser,
} from '../../support/vendors/workos.js';

const AT = Date.UTC(2026, 0, 30, 8);
const time = new Date(AT).toISOString();
const created_at = Date.UTC(2026, 0, 1);
const profile = { user_id: 'ada', email: 'ada@example.com', first_name: 'Ada', last_name: null };
const pair = { user_id: 'ada', org_id: 'acme' };
const added = { type: 'user.added_to_org', ...pair, role: 'member' };
const removed = { type: 'user.removed_from_org', ...pair };
const active = { type: 'user.active', user_id: 'ada' };
const of = (event: string, data: object) => translated('workos', workosMessage(event, data, AT));
const membership = (status: string) => workosMembership('ada', 'acme', { status });

test.each<[string, object, object]>([
  ['user.created', workosUser('ada'), { type: 'user.created', ...profile, created_at }],
  ['user.updated', workosUser('ada'), { type: 'user.created', ...profile, created_at }],
  [
    'user.updated',
    workosUser('ada', { created_at: undefined }),
    { type: 'user.updated', ...profile },
  ],
  ['user.deleted', workosUser('ada'), { type: 'user.deleted', user_id: 'ada' }],
  [
    'organization.created',
    workosOrg('acme'),
    { type: 'org.created', org_id: 'acme', name: 'Org acme', created_at },
  ],
  [
    'organization.updated',
    workosOrg('acme'),
    { type: 'org.created', org_id: 'acme', name: 'Org acme', created_at },
  ],
  ['organization.deleted', workosOrg('acme'), { type: 'org.deleted', org_id: 'acme' }],
  ['organization_membership.created', membership('active'), added],
  ['organization_membership.updated', membership('active'), added],
  ['organization_membership.updated', membership('inactive'), removed],
  ['organization_membership.deleted', membership('active'), removed],
  ['organization_membership.deleted', membership('inactive'), removed],
  [
    'invitation.created',
    workosInvitation('ada', 'eve@example.com'),
    {
      ...{ type: 'user.invited_to_org', inviter_user_id: 'ada' },
      ...{ invitee_email: 'eve@example.com', org_id: 'org_1' },
    },
  ],
  [
    'invitation.created',
    workosInvitation('ada', 'eve@example.com', { organization_id: null }),
    { type: 'user.invited_to_org', inviter_user_id: 'ada', invitee_email: 'eve@example.com' },
  ],
  [
    'invitation.created',
    workosInvitation('ada', 'eve@example.com', { role_slug: 'admin' }),
    {
      ...{ type: 'user.invited_to_org', inviter_user_id: 'ada', role: 'admin' },
      ...{ invitee_email: 'eve@example.com', org_id: 'org_1' },
    },
  ],
  ['session.created', { user_id: 'ada', status: 'active' }, active],
  ['session.created', { user_id: 'ada', organization_id: 'org_1' }, { ...active, org_id: 'org_1' }],
  [
    'authentication.sso_succeeded',
    { user_id: 'ada', organization_id: 'org_1' },
    { ...active, org_id: 'org_1' },
  ],
  ['authentication.password_succeeded', { user_id: 'ada', type: 'password' }, active],
  ['authentication.sso_succeeded', { user_id: 'ada', type: 'sso' }, active],
  ['authentication.passkey_succeeded', { user_id: 'ada' }, active],
])('%s becomes a native event at the time of its creation', (event, data, expected) => {
  expect(of(event, data)).toEqual([{ ...expected, time }]);
});

describe('unused are', () => {
  test.each<[string, object]>([
    ['organization_membership.created', membership('pending')],
    ['organization_membership.created', membership('inactive')],
    ['organization_membership.updated', membership('pending')],
    ['organization_membership.deleted', membership('pending')],
    ['invitation.created', workosInvitation(null, 'eve@example.com')],
    ['invitation.accepted', workosInvitation('ada', 'eve@example.com')],
    ['session.created', { user_id: 'ada', impersonator: { email: 'staff@example.com' } }],
    ['session.created', { user_id: null }],
    ['session.revoked', { user_id: 'ada' }],
    ['authentication.password_failed', { user_id: 'ada' }],
    ['authentication.sso_succeeded', { user_id: null }],
    ['authentication.radar_risk_detected', { user_id: 'ada' }],
    ['dsync.user.created', {}],
    ['constructor', {}],
  ])('%s of %j', (event, data) => expect(of(event, data)).toBe('unused'));
});

test('a message without its type or a required member is rejected with the reason', () => {
  expect(translated('workos', { id: 'event_1', data: {} })).toEqual({
    errors: { event: expect.anything() },
  });
  expect(of('user.created', { email: 'ada@example.com' })).toEqual([
    { errors: { 'data.user_id': ['is required'] } },
  ]);
  expect(of('session.created', {})).toEqual([{ errors: { 'data.user_id': ['is required'] } }]);
});
