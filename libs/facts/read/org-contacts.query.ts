import type { Queryable } from '#libs/database';
import { spansOf } from '../membership/membership-replay.js';
import { notExcluded } from './excluded.js';

/** A member to contact about an org. */
export interface OrgContact {
  orgKey: number;
  userKey: number;
  role: string;
  /** Whether the role names an owner; otherwise it names an administrator. */
  isOwner: boolean;
}

// Roles are plain text inside the packed steps. The filter avoids unpacking the other members of a
// large org.
const CANDIDATES = `
  select m.org_key as "orgKey", m.user_key as "userKey", m.steps
  from memberships m join users u on u.id = m.user_key join user_ids i on i.id = m.user_key
  where m.org_key = any($1) and u.created_at is not null and u.deleted_stamp is null
    and encode(m.steps, 'escape') ~* 'owner|admin' and ${notExcluded('excluded_users', 'u.id')}
  order by i.user_id`;

const OWNER = /owner/i;
const ADMIN = /admin/i;

/**
 * Current members of orgs whose role contains `owner` or `admin`, such as `org:admin`, ordered by id.
 */
export async function orgContacts(
  db: Queryable,
  orgKeys: readonly number[],
): Promise<OrgContact[]> {
  const { rows } = await db.query<{ orgKey: number; userKey: number; steps: Buffer }>(CANDIDATES, [
    orgKeys,
  ]);
  return rows.flatMap(({ orgKey, userKey, steps }) => {
    const span = spansOf(steps).at(-1);
    if (span?.to !== Infinity) return [];
    const { role } = span;
    const isOwner = OWNER.test(role);
    return isOwner || ADMIN.test(role) ? [{ orgKey, userKey, role, isOwner }] : [];
  });
}

const KEYS = `
  select i.org_id as "orgId", o.id as key
  from org_ids i join orgs o using (id)
  where i.org_id = any($1) and o.created_at is not null and o.deleted_stamp is null
    and ${notExcluded('excluded_orgs', 'o.id')}`;

/** Keys by org id, for the orgs that exist and are not excluded. */
export async function orgKeysOf(
  db: Queryable,
  orgIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ orgId: string; key: number }>(KEYS, [orgIds]);
  return new Map(rows.map(({ orgId, key }) => [orgId, key]));
}
