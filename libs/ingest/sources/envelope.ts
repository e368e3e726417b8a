import { member, toEvent, toWholeEvent, type Translators } from './event-builders.js';

/** A message about one object: the object and the time of its change, in any form of `readTime`. */
export interface Parts {
  data: unknown;
  /** Undefined when the message's own time applies. */
  time: unknown;
}

/** Maps a vendor's user or organization to the data of a native event. */
type ProfileOf = (object: unknown) => Record<string, unknown>;

interface WholeObjects {
  user: ProfileOf;
  /** The member of users and organizations that contains their traits. */
  traits: string;
}

/**
 * Translators for messages that Clerk and WorkOS share: users and organizations that are created,
 * updated and deleted. Each message contains the whole object, including its creation time.
 */
export function wholeObjects({ user: profile, traits }: WholeObjects): Translators<Parts> {
  const withTraits = (object: ProfileOf) => (data: unknown) => {
    return { ...object(data), traits: member(data, traits) };
  };
  const [user, org] = [withTraits(profile), withTraits(orgProfile)];
  const created = (profile: ProfileOf, { data }: Parts) => ({
    ...profile(data),
    created_at: member(data, 'created_at'),
  });
  return {
    'user.created': (parts) => toEvent('user.created', created(user, parts), parts.time),
    'user.updated': ({ data, time }) =>
      toWholeEvent('user', user(data), member(data, 'created_at'), time),
    'user.deleted': ({ data, time }) =>
      toEvent('user.deleted', { user_id: member(data, 'id') }, time),
    'organization.created': (parts) => toEvent('org.created', created(org, parts), parts.time),
    'organization.updated': ({ data, time }) =>
      toWholeEvent('org', org(data), member(data, 'created_at'), time),
    'organization.deleted': ({ data, time }) =>
      toEvent('org.deleted', { org_id: member(data, 'id') }, time),
  };
}

function orgProfile(data: unknown): Record<string, unknown> {
  return { org_id: member(data, 'id'), name: member(data, 'name') };
}
