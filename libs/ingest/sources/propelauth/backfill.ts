import type { EventType } from '#libs/contracts';
import type { Org, PendingInvite, UserInOrgMetadata, UserMetadata } from '@propelauth/node-apis';

/** A native event in wire form, not yet checked. */
export interface BackfillEvent {
  id: string;
  source: string;
  type: EventType;
  time: string | number;
  data: Record<string, unknown>;
}

export const SOURCE = 'propelauth';

// Translates PropelAuth's API objects to events. `asOf` is the time of the request, milliseconds
// since 1970.

/** A user, and its last activity unless that is the creation itself. */
export function eventsOfUser(user: UserMetadata, asOf: number): BackfillEvent[] {
  const { userId, createdAt, lastActiveAt } = user;
  const created = event('user.created', `user ${userId}`, isoTime(asOf), {
    user_id: userId,
    email: user.email,
    username: user.username ?? null,
    first_name: user.firstName ?? null,
    last_name: user.lastName ?? null,
    created_at: createdAt,
    traits: user.properties,
  });
  if (!(lastActiveAt > createdAt)) return [created];
  return [created, event('user.active', `seen ${userId}`, lastActiveAt, { user_id: userId })];
}

/** An org. Without a creation time, only its name is known and it is in no report. */
export function eventsOfOrg(
  { orgId, name, createdAt, metadata }: Org,
  asOf: number,
): BackfillEvent[] {
  const data = { org_id: orgId, name, traits: metadata };
  const id = `org ${orgId}`;
  if (typeof createdAt !== 'number') return [event('org.updated', id, isoTime(asOf), data)];
  return [event('org.created', id, isoTime(asOf), { ...data, created_at: createdAt })];
}

/**
 * A member whose start is unknown. A role change makes the user a member without counting as an
 * addition.
 */
export function eventsOfMember(
  orgId: string,
  { userId, roleInOrg }: UserInOrgMetadata,
  asOf: number,
): BackfillEvent[] {
  const data = { user_id: userId, org_id: orgId, role: roleInOrg };
  return [event('user.role_changed_within_org', `member ${orgId} ${userId}`, isoTime(asOf), data)];
}

/** A pending invite; no event without an inviter. */
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
  return [event('user.invited_to_org', id, createdAt, data)];
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** @param time a number from the API, or RFC 3339; the check of events validates it */
function event(
  type: EventType,
  id: string,
  time: string | number,
  data: Record<string, unknown>,
): BackfillEvent {
  return { id, source: SOURCE, type, time, data };
}
