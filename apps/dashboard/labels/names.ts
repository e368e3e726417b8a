interface Named {
  user_id: string;
  /** Null or empty when none is known. */
  email: string | null;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
}

/** What to call a user: the name, else the username, else the e-mail address, else the id. */
export function nameOf(user: Named): string {
  const { first_name: first, last_name: last, username, email } = user;
  const name = [first, last]
    .filter((part) => part?.trim())
    .join(' ')
    .trim();
  return name || username?.trim() || email?.trim() || user.user_id;
}

export const userAddress = (userId: string): string => `/users/${encodeURIComponent(userId)}`;
export const orgAddress = (orgId: string): string => `/orgs/${encodeURIComponent(orgId)}`;
