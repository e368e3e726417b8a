import type { DisplayUser } from '#libs/contracts';
import { Link } from '../routing/link.js';
import { nameOf, orgAddress, userAddress } from '../labels/names.js';

/** A user's name, in any script, and the e-mail address if it is different. */
export function Person({ user, plain = false }: { user: DisplayUser; plain?: boolean }) {
  const name = nameOf(user);
  return (
    <span class="person">
      <Link href={userAddress(user.user_id)}>
        <bdi title={name}>{name}</bdi>
      </Link>
      {!plain && user.email && name !== user.email && (
        <small>
          <bdi title={user.email}>{user.email}</bdi>
        </small>
      )}
    </span>
  );
}

export function Org({ org }: { org: { org_id: string; name: string } }) {
  return (
    <span class="org">
      <Link href={orgAddress(org.org_id)}>
        <bdi title={org.name}>{org.name}</bdi>
      </Link>
    </span>
  );
}
