import { isObject } from '#libs/contracts';
import type { Translation, WebhookSource } from '../source.js';
import {
  byType,
  member,
  nearSignature,
  tell,
  tellWhole,
  textMember,
  type Translators,
} from '../telling.js';
import { mayBeProven, secretProblem, verify } from './signature.js';

/** The parts of WorkOS' envelope: what it is about, and when (RFC 3339). */
interface Parts {
  data: unknown;
  time: unknown;
}

const TRANSLATORS: Translators<Parts> = {
  'user.created': ({ data, time }) =>
    tell('user.created', { ...profile(data), created_at: member(data, 'created_at') }, time),
  'user.updated': ({ data, time }) =>
    tellWhole('user', profile(data), member(data, 'created_at'), time),
  'user.deleted': ({ data, time }) => tell('user.deleted', { user_id: member(data, 'id') }, time),
  'organization.created': ({ data, time }) =>
    tell('org.created', { ...org(data), created_at: member(data, 'created_at') }, time),
  'organization.updated': ({ data, time }) =>
    tellWhole('org', org(data), member(data, 'created_at'), time),
  'organization.deleted': ({ data, time }) =>
    tell('org.deleted', { org_id: member(data, 'id') }, time),
  'organization_membership.created': (parts) => (isActive(parts) ? added(parts) : 'unused'),
  // A membership begins with this when it was pending, ends with it when it becomes inactive; else its
  // role may be another, which adding a member again changes.
  'organization_membership.updated': (parts) => {
    if (isActive(parts)) return added(parts);
    return statusOf(parts) === 'inactive' ? removed(parts) : 'unused';
  },
  // One that was pending had never begun.
  'organization_membership.deleted': (parts) =>
    statusOf(parts) === 'pending' ? 'unused' : removed(parts),
  'invitation.created': ({ data, time }) => {
    const inviter = member(data, 'inviter_user_id') ?? undefined;
    // Sent from the dashboard or by the API: by nobody in particular.
    if (inviter === undefined) return 'unused';
    const invite = {
      inviter_user_id: inviter,
      invitee_email: member(data, 'email'),
      org_id: member(data, 'organization_id'),
      role: member(data, 'role_slug'),
    };
    return tell('user.invited_to_org', invite, time);
  },
  'session.created': (parts) =>
    isObject(member(parts.data, 'impersonator')) ? 'unused' : active(parts),
};

/** A sign-in that went well, in whatever way. */
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
  inviteesOf: (body) => (isInvitation(body) ? [member(body, 'data', 'email')] : []),
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

function org(data: unknown): Record<string, unknown> {
  return { org_id: member(data, 'id'), name: member(data, 'name') };
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
  return tell('user.added_to_org', { ...pair(data), role: member(data, 'role', 'slug') }, time);
}

function removed({ data, time }: Parts): Translation {
  return tell('user.removed_from_org', pair(data), time);
}

/** WorkOS does not always say who signed in. */
function active({ data, time }: Parts): Translation {
  const userId = member(data, 'user_id');
  return userId === null ? 'unused' : tell('user.active', { user_id: userId }, time);
}
