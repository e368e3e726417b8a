interface Named {
  email: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
}

/** What to call a user: the name, else the username, else the e-mail address. */
export function nameOf({ first_name: first, last_name: last, username, email }: Named): string {
  const name = [first, last]
    .filter((part) => part?.trim())
    .join(' ')
    .trim();
  return name || username?.trim() || email;
}

export const userAddress = (userId: string): string => `/users/${encodeURIComponent(userId)}`;
export const orgAddress = (orgId: string): string => `/orgs/${encodeURIComponent(orgId)}`;
