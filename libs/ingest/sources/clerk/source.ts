import { isObject } from '#libs/contracts';
import { inviteesIn } from '../../dead-letters/addresses.js';
import { wholeObjects, type Parts } from '../envelope.js';
import { mayBeStandard, standardSecretProblem, verifyStandard } from '../signed.js';
import type { Translation, WebhookSource } from '../source.js';
import {
  byType,
  member,
  nearSignature,
  toEvent,
  textMember,
  type Translators,
} from '../event-builders.js';

const TRAITS = 'public_metadata';
const WHOLE = wholeObjects({ user: profile, traits: TRAITS });

const TRANSLATORS: Translators<Parts> = {
  ...WHOLE,
  'user.created': (parts) => (isKnown(parts.data) ? WHOLE['user.created']!(parts) : NAMELESS),
  // An update does not create a user whose creation would be rejected.
  'user.updated': (parts) =>
    isKnown(parts.data)
      ? WHOLE['user.updated']!(parts)
      : toEvent('user.updated', withTraits(parts.data), parts.time),
  'session.created': ({ data, time }) => {
    // An actor is a member of the staff who impersonates the user.
    const isImpersonated = isObject(member(data, 'actor'));
    if (isImpersonated) return 'unused';
    const org = member(data, 'last_active_organization_id');
    return toEvent('user.active', { user_id: member(data, 'user_id'), org_id: org }, time);
  },
  'organizationMembership.created': ({ data, time }) =>
    toEvent('user.added_to_org', { ...pair(data), role: member(data, 'role') }, time),
  'organizationMembership.updated': ({ data, time }) =>
    toEvent('user.role_changed_within_org', { ...pair(data), role: member(data, 'role') }, time),
  'organizationMembership.deleted': ({ data, time }) =>
    toEvent('user.removed_from_org', pair(data), time),
  // organizationInvitation.created names no inviter, so it cannot become an invite.
};

/** Clerk. Its webhooks are delivered by Svix. */
export const source: WebhookSource = {
  name: 'clerk',
  secretProblem: standardSecretProblem,
  mayBeProven: mayBeStandard,
  verify: verifyStandard,
  typeOf: (body) => textMember(body, 'type'),
  translate: ({ at, body }): Translation => {
    const type = textMember(body, 'type');
    const time = member(body, 'timestamp') ?? at;
    const parts = { data: member(body, 'data'), time };
    return nearSignature(byType(TRANSLATORS, 'type', type, parts), 'timestamp', time, at);
  },
  inviteesOf: (body) => {
    const isInvitation = textMember(body, 'type')?.startsWith('organizationInvitation.') ?? false;
    return inviteesIn(member(body, 'data'), isInvitation);
  },
};

/** Members that identify a Clerk user. */
const KNOWN_BY = [
  'email_addresses',
  'phone_numbers',
  'web3_wallets',
  'external_accounts',
  'enterprise_accounts',
  'saml_accounts',
  'passkeys',
];
const NAMELESS: Translation = {
  errors: { data: ['must have an e-mail address, a phone number, a username or another account'] },
};

function isKnown(user: unknown): boolean {
  const lists = KNOWN_BY.map((name) => member(user, name));
  return (
    textMember(user, 'username') !== undefined ||
    lists.some((list) => Array.isArray(list) && list.length > 0)
  );
}

function profile(user: unknown): Record<string, unknown> {
  return {
    user_id: member(user, 'id'),
    email: primaryEmail(user),
    username: member(user, 'username'),
    first_name: member(user, 'first_name'),
    last_name: member(user, 'last_name'),
  };
}

function withTraits(user: unknown): Record<string, unknown> {
  return { ...profile(user), traits: member(user, TRAITS) };
}

function primaryEmail(user: unknown): unknown {
  const addresses = member(user, 'email_addresses');
  const list: unknown[] = Array.isArray(addresses) ? addresses : [];
  const primary = member(user, 'primary_email_address_id');
  const found = list.find((address) => member(address, 'id') === primary);
  return member(found, 'email_address');
}

function pair(membership: unknown): Record<string, unknown> {
  return {
    user_id: member(membership, 'public_user_data', 'user_id'),
    org_id: member(membership, 'organization', 'id'),
  };
}
