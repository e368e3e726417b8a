import type { DisplayUser, ProfileField, Subject } from '#libs/contracts';

/** The profile fields on a user's page, in this order. The name is the page's title. */
export const PROFILE_LABELS: Record<Exclude<ProfileField, 'first_name' | 'last_name'>, string> = {
  email: 'E-mail',
  username: 'Username',
};

/** The words for one and for several of a subject, inside a sentence. */
export const KINDS = {
  user: { one: 'user', many: 'users' },
  org: { one: 'organization', many: 'organizations' },
} as const satisfies Record<Subject, object>;

/** The display name of a user: the name, else the username, else the e-mail address, else the id. */
export function nameOf(user: DisplayUser): string {
  const { first_name: first, last_name: last, username, email } = user;
  const name = [first, last]
    .filter((part) => part?.trim())
    .join(' ')
    .trim();
  return name || username?.trim() || email?.trim() || user.user_id;
}

export const userAddress = (userId: string): string => `/users/${encodeURIComponent(userId)}`;
export const orgAddress = (orgId: string): string => `/orgs/${encodeURIComponent(orgId)}`;
