import type { UserCardView } from '#libs/contracts';
import { startOf, type Profile, type Span } from '#libs/facts';

/** Who a user is, as replies show it. */
export function userCard(profile: Profile): UserCardView {
  return {
    user_id: profile.userId,
    email: profile.email,
    username: profile.username,
    first_name: profile.firstName,
    last_name: profile.lastName,
  };
}

/** When a membership began, in unix seconds, null when unknown. */
export function sinceOf(span: Span): number | null {
  const start = startOf(span);
  return start === undefined ? null : unixSeconds(start);
}

/** @param ms milliseconds since 1970 */
export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
