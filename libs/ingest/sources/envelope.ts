import { member, toEvent, tellWhole, type Translators } from './event-builders.js';

/** The parts of a message about one object: the object, and when it changed (see `readTime`). */
export interface Parts {
  data: unknown;
  /** Undefined where the message's own time counts. */
  time: unknown;
}

/** The profile of a user or an organization as the data of a native event. */
type ProfileOf = (object: unknown) => Record<string, unknown>;

/**
 * The messages that Clerk and WorkOS have in common: users and organizations that are created, updated and
 * deleted. Each carries the whole object, with its own creation time.
 */
export function wholeObjects(user: ProfileOf): Translators<Parts> {
  const created = (profile: ProfileOf, { data }: Parts) => ({
    ...profile(data),
    created_at: member(data, 'created_at'),
  });
  return {
    'user.created': (parts) => toEvent('user.created', created(user, parts), parts.time),
    'user.updated': ({ data, time }) =>
      tellWhole('user', user(data), member(data, 'created_at'), time),
    'user.deleted': ({ data, time }) =>
      toEvent('user.deleted', { user_id: member(data, 'id') }, time),
    'organization.created': (parts) => toEvent('org.created', created(org, parts), parts.time),
    'organization.updated': ({ data, time }) =>
      tellWhole('org', org(data), member(data, 'created_at'), time),
    'organization.deleted': ({ data, time }) =>
      toEvent('org.deleted', { org_id: member(data, 'id') }, time),
  };
}

function org(data: unknown): Record<string, unknown> {
  return { org_id: member(data, 'id'), name: member(data, 'name') };
}
