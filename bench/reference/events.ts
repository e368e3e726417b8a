import type { EventOf, EventType, NativeEvent } from '#libs/contracts';
import type { ReferenceData } from './reference-data.js';
import type { MembershipHistory } from './memberships.js';
import { orgTraits, userTraits } from './traits.js';

const SOURCE = 'reference';

/** The reference data without the activity, as events; each subject's creation comes before its other events. */
export function* eventsOf(data: ReferenceData): Generator<NativeEvent> {
  for (let index = 0; index < data.users; index++) yield* userEvents(data, index);
  for (let index = 0; index < data.orgs; index++) yield* orgEvents(data, index);
  for (let index = 0; index < data.memberships; index++) {
    yield* membershipEvents(data, index, data.membership(index));
  }
  for (let index = 0; index < data.invites; index++) yield inviteEvent(data, index);
}

function* userEvents(data: ReferenceData, index: number): Generator<NativeEvent> {
  const { id, createdAt, deletedAt } = data.user(index);
  if (createdAt !== undefined) {
    yield event('user.created', `user ${index}`, createdAt, {
      user_id: id,
      created_at: undefined,
      email: data.emailOf(index),
      username: `user${index}`,
      first_name: 'Ann',
      last_name: index % 3 === 0 ? null : `Number ${index}`,
      traits: userTraits(index),
    });
  }
  if (deletedAt !== undefined) {
    yield event('user.deleted', `user ${index} deleted`, deletedAt, { user_id: id });
  }
}

function* orgEvents(data: ReferenceData, index: number): Generator<NativeEvent> {
  const { id, createdAt, deletedAt } = data.org(index);
  if (createdAt !== undefined) {
    yield event('org.created', `org ${index}`, createdAt, {
      org_id: id,
      created_at: undefined,
      name: `Org ${index}`,
      traits: orgTraits(index),
    });
  }
  if (deletedAt !== undefined) {
    yield event('org.deleted', `org ${index} deleted`, deletedAt, { org_id: id });
  }
}

function* membershipEvents(
  data: ReferenceData,
  index: number,
  { user, org, steps }: MembershipHistory,
): Generator<NativeEvent> {
  const pair = { user_id: data.user(user).id, org_id: data.org(org).id };
  for (const [place, { kind, at, role }] of steps.entries()) {
    const id = `membership ${index} ${place}`;
    if (kind === 'add') yield event('user.added_to_org', id, at, { ...pair, role });
    else if (kind === 'remove') yield event('user.removed_from_org', id, at, pair);
    else yield event('user.role_changed_within_org', id, at, { ...pair, role: role! });
  }
}

function inviteEvent(data: ReferenceData, index: number): NativeEvent {
  const { inviter, inviteeEmail, org, at } = data.invite(index);
  return event('user.invited_to_org', `invite ${index}`, at, {
    inviter_user_id: data.user(inviter).id,
    invitee_email: inviteeEmail,
    org_id: data.org(org).id,
    role: undefined,
  });
}

/** @param at milliseconds since 1970 */
export function event<T extends EventType>(
  type: T,
  id: string,
  at: number,
  data: EventOf<T>['data'],
): NativeEvent {
  return { type, id, source: SOURCE, at, data } as NativeEvent;
}
