import type { Queryable } from '#libs/database';
import { hashDomain, parentsOf } from './email-domains.js';
import { applyExclusions } from './exclusions.store.js';
import { isDistributed } from '../distribution/is-distributed.query.js';
import { isLater, type Version } from '../membership/version.js';

/** The domain of a deleted user's e-mail, and the version of that e-mail. */
export interface ErasedDomain {
  userKey: number;
  /** Null when the e-mail has none. */
  domain: string | null;
  stamp: Version;
}

const KEEP = `
  insert into erased_domains as e (user_key, domain, parents, stamp)
  select user_key, domain, array(select jsonb_array_elements_text(parents)::bytea), stamp
  from unnest($1::int[], $2::bytea[], $3::jsonb[], $4::bytea[]) as erased (user_key, domain, parents, stamp)
  order by user_key
  on conflict (user_key) do update
    set domain = excluded.domain, parents = excluded.parents, stamp = excluded.stamp
  where excluded.stamp > e.stamp`;

/**
 * Keeps the keyed hashes of the domains of deleted users' e-mails, the latest e-mail of each user.
 * @param readKey reads the store's hash key; called only when needed
 */
export async function keepDomains(
  db: Queryable,
  erased: readonly ErasedDomain[],
  readKey: () => Promise<Buffer>,
): Promise<void> {
  if (erased.length === 0) return;
  const key = await readKey();
  const latest = new Map<number, ErasedDomain>();
  for (const one of erased) {
    const known = latest.get(one.userKey);
    if (!known || isLater(one.stamp, known.stamp)) latest.set(one.userKey, one);
  }
  const hashed = Array.from(latest.values(), ({ userKey, domain, stamp }) => ({
    userKey,
    domain: domain === null ? null : hashDomain(key, domain),
    parents: parentsOf(domain ?? '').map((parent) => hashDomain(key, parent)),
    stamp,
  }));
  await keepHashedDomains(db, hashed);
}

/** The hashes of the domain of a deleted user's e-mail and of its parents, and the version of that e-mail. */
interface HashedDomain {
  userKey: number;
  domain: Buffer | null;
  parents: readonly Buffer[];
  stamp: Version;
}

/** Writes hashes of domains, at most one row per user. The latest e-mail of a user counts. */
export async function keepHashedDomains(
  db: Queryable,
  rows: readonly HashedDomain[],
): Promise<void> {
  const hexOf = (hash: Buffer) => `\\x${hash.toString('hex')}`;
  await db.query(KEEP, [
    rows.map(({ userKey }) => userKey),
    rows.map(({ domain }) => domain),
    rows.map(({ parents }) => JSON.stringify(parents.map(hexOf))),
    rows.map(({ stamp }) => stamp),
  ]);
  const keys = rows.map(({ userKey }) => userKey);
  if (await isDistributed(db)) await applyExclusions(db, keys);
}
