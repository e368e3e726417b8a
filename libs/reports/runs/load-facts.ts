import { KnownFacts } from '#libs/facts';
import { both, type Connection } from '#libs/platform';
import { loadMasks } from './load-masks.js';
import { orgFacts } from './org-facts.js';
import { loadUsers } from './load-users.js';
import type { Moment, RunFacts } from './run-facts.js';

const USER_KEYS = 'select coalesce(max(id), 0) + 1 as keys from user_ids';

/**
 * Reads the facts of a run as of its moment: what happened after T is not there.
 * @param pair two connections with the same picture of the store, so that all rankings are of one
 *   moment; PostgreSQL reads for both at the same time
 * @param before what an earlier run knew, which is brought up to this picture
 * @returns also what this one knows
 */
export async function loadFacts(
  pair: readonly [Connection, Connection],
  moment: Moment,
  before?: KnownFacts,
): Promise<{ facts: RunFacts; known: KnownFacts }> {
  const [one] = pair;
  const { rows } = await one.query<{ keys: number }>(USER_KEYS);
  const { keys } = rows[0]!;
  const [known, activity] = await both(
    KnownFacts.read(pair, before),
    loadMasks(one, moment.day, keys),
  );
  const users = await loadUsers(one, moment, known.users, activity);
  const orgs = orgFacts(moment, known, activity);
  return { facts: { moment, users, orgs }, known };
}
