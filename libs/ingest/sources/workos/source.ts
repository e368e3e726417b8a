import { isObject } from '#libs/contracts';
import { inviteesIn } from '../../dead-letters/addresses.js';
import { wholeObjects, type Parts } from '../envelope.js';
import type { Translation, WebhookSource } from '../source.js';
import {
  byType,
  member,
  nearSignature,
  toEvent,
  textMember,
  type Translators,
} from '../event-builders.js';
import { mayBeProven, secretProblem, verify } from './signature.js';

const TRANSLATORS: Translators<Parts> = {
  ...wholeObjects({ user: profile, traits: 'metadata' }),
  'organization_membership.created': (parts) => (isActive(parts) ? added(parts) : 'unused'),
  // An update starts a pending membership, ends one that becomes inactive, or changes the role.
  // Adding a member again sets the role.
  'organization_membership.updated': (parts) => {
    if (isActive(parts)) return added(parts);
    return statusOf(parts) === 'inactive' ? removed(parts) : 'unused';
  },
  // A pending membership never began.
  'organization_membership.deleted': (parts) =>
    statusOf(parts) === 'pending' ? 'unused' : removed(parts),
  'invitation.created': ({ data, time }) => {
    const inviter = member(data, 'inviter_user_id') ?? undefined;
    // Invitations sent from the dashboard or by the API have no inviter.
    if (inviter === undefined) return 'unused';
    const invite = {
      inviter_user_id: inviter,
      invitee_email: member(data, 'email'),
      org_id: member(data, 'organization_id'),
      role: member(data, 'role_slug'),
    };
    return toEvent('user.invited_to_org', invite, time);
  },
  'session.created': active,
};

/** A successful sign-in by any method. */
const SIGNED_IN = /^authentication\.\w+_succeeded$/;

/** WorkOS (AuthKit and User Management). */
export const source: WebhookSource = {
  name: 'workos',
  secretProblem,
  mayBeProven,
  verify,
  typeOf: (body) => textMember(body, 'event'),
  translate: ({ at, body }): Translation => {
    const parts = { data: member(body, 'data'), time: member(body, 'created_at') };
    const type = textMember(body, 'event');
    const isSignIn = type !== undefined && SIGNED_IN.test(type);
    const translation = isSignIn ? active(parts) : byType(TRANSLATORS, 'event', type, parts);
    return nearSignature(translation, 'created_at', parts.time, at);
  },
  inviteesOf: (body) => inviteesIn(member(body, 'data'), isInvitation(body)),
};

function isInvitation(body: unknown): boolean {
  return textMember(body, 'event')?.startsWith('invitation.') ?? false;
}

function profile(user: unknown): Record<string, unknown> {
  return {
    user_id: member(user, 'id'),
    email: member(user, 'email'),
    first_name: member(user, 'first_name'),
    last_name: member(user, 'last_name'),
  };
}

function statusOf({ data }: Parts): unknown {
  return member(data, 'status');
}

function isActive(parts: Parts): boolean {
  return statusOf(parts) === 'active';
}

function pair(data: unknown): Record<string, unknown> {
  return { user_id: member(data, 'user_id'), org_id: member(data, 'organization_id') };
}

function added({ data, time }: Parts): Translation {
  return toEvent('user.added_to_org', { ...pair(data), role: member(data, 'role', 'slug') }, time);
}

function removed({ data, time }: Parts): Translation {
  return toEvent('user.removed_from_org', pair(data), time);
}

/** A sign-in, in an organization if one is named. Unused without a user id, or when staff impersonates the user. */
function active({ data, time }: Parts): Translation {
  const userId = member(data, 'user_id');
  const isImpersonated = isObject(member(data, 'impersonator'));
  return userId === null || isImpersonated ? 'unused' : toEvent('user.active', pair(data), time);
}
