import type { Connection } from '#libs/platform';
import { loadOrgs } from './load-orgs.js';
import { loadMasks, loadUsers } from './load-users.js';
import type { Moment, RunFacts } from './run-facts.js';

const SIZES = `
  select (select coalesce(max(id), 0) from user_ids) + 1 as users,
    (select coalesce(max(id), 0) from org_ids) + 1 as orgs`;

/**
 * Reads the facts of a run as of its moment: what happened after T is not there.
 * @param pair two connections with the same picture of the store, so that all rankings are of one
 *   moment: while PostgreSQL reads users for the one it reads memberships for the other
 */
export async function loadFacts(
  [one, other]: readonly [Connection, Connection],
  moment: Moment,
): Promise<RunFacts> {
  const { rows } = await one.query<{ users: number; orgs: number }>(SIZES);
  const sizes = rows[0]!;
  const activity = loadMasks(one, moment.day, sizes.users);
  const [users, orgs] = await both(
    activity.then((masks) => loadUsers(one, moment, sizes.users, masks)),
    loadOrgs(other, moment, sizes.orgs, activity),
  );
  return { moment, users, orgs };
}

/** Waits for both, also when one fails: their connections must not be let go of before. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
