import type { EventType } from '#libs/contracts';
import type { Org, PendingInvite, UserInOrgMetadata, UserMetadata } from '@propelauth/node-apis';

/** An event as it is sent, still to be checked. */
export interface BackfillEvent {
  id: string;
  source: string;
  type: EventType;
  time: string;
  data: Record<string, unknown>;
}

export const SOURCE = 'propelauth';

/** What PropelAuth's API says of the past, as events; `asOf` is when it was asked, milliseconds since 1970. */

/** A user, and the one sign of life that is told; last active at the creation is never seen since. */
export function eventsOfUser(user: UserMetadata, asOf: number): BackfillEvent[] {
  const { userId, createdAt, lastActiveAt } = user;
  const created = event('user.created', `user ${userId}`, asOf, {
    user_id: userId,
    email: user.email,
    username: user.username ?? null,
    first_name: user.firstName ?? null,
    last_name: user.lastName ?? null,
    created_at: createdAt,
  });
  if (!(lastActiveAt > createdAt)) return [created];
  const seen = event('user.active', `seen ${userId}`, lastActiveAt * 1000, { user_id: userId });
  return [created, seen];
}

/** An org; one whose creation is not told has a name, but is in no report. */
export function eventsOfOrg({ orgId, name, createdAt }: Org, asOf: number): BackfillEvent[] {
  const data = { org_id: orgId, name };
  const id = `org ${orgId}`;
  if (typeof createdAt !== 'number') return [event('org.updated', id, asOf, data)];
  return [event('org.created', id, asOf, { ...data, created_at: createdAt })];
}

/** A member, since nobody knows when: a role told of somebody who is no member yet is no addition. */
export function eventsOfMember(
  orgId: string,
  { userId, roleInOrg }: UserInOrgMetadata,
  asOf: number,
): BackfillEvent[] {
  const data = { user_id: userId, org_id: orgId, role: roleInOrg };
  return [event('user.role_changed_within_org', `member ${orgId} ${userId}`, asOf, data)];
}

/** An invite that is still open; none of one whose inviter is not told. */
export function eventsOfInvite(invite: PendingInvite): BackfillEvent[] {
  const { inviterUserId, inviteeEmail, orgId, roleInOrg, createdAt } = invite;
  if (!inviterUserId) return [];
  const data = {
    inviter_user_id: inviterUserId,
    invitee_email: inviteeEmail,
    org_id: orgId,
    role: roleInOrg,
  };
  const id = `invite ${orgId} ${inviterUserId} ${createdAt}`;
  return [event('user.invited_to_org', id, createdAt * 1000, data)];
}

function event(
  type: EventType,
  id: string,
  ms: number,
  data: Record<string, unknown>,
): BackfillEvent {
  // A time that is no number is left to the check, which rejects the event.
  const time = Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms);
  return { id, source: SOURCE, type, time, data };
}
