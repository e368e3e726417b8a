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

/** Whether a role is that of a contact: `owner` or `admin`; undefined for other roles. */
export function contactRole(role: string): 'owner' | 'admin' | undefined {
  if (/owner/i.test(role)) return 'owner';
  return /admin/i.test(role) ? 'admin' : undefined;
}

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
    const kind = contactRole(role);
    return kind ? [{ orgKey, userKey, role, isOwner: kind === 'owner' }] : [];
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
