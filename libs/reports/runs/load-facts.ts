import { KnownFacts } from '#libs/facts';
import { allDone, type Connection } from '#libs/platform';
import { loadMasks } from './load-masks.js';
import { loadUsers } from './load-users.js';
import { orgFacts } from './org-facts.js';
import type { Moment, RunFacts } from './run-facts.js';

const USER_KEYS = 'select coalesce(max(id), 0) + 1 as keys from user_ids';

/** The facts of a run, and what it knows for the next one. */
interface Loaded {
  facts: RunFacts;
  known: KnownFacts;
}

/**
 * Reads the facts of a run as of its moment: what happened after T is not there.
 * @param pair two connections with the same picture of the store, so that all rankings are of one
 *   moment: PostgreSQL reads for both at the same time
 * @param before what an earlier run knew, of which only the changes are read; not to be used any more
 */
export async function loadFacts(
  pair: readonly [Connection, Connection],
  moment: Moment,
  before?: KnownFacts,
): Promise<Loaded> {
  const [one, other] = pair;
  const { rows } = await one.query<{ keys: number }>(USER_KEYS);
  const masks = loadMasks(one, moment.day, rows[0]!.keys);
  const knowing = knownFacts(pair, before);
  // Asked first, so that PostgreSQL counts while the facts are put together here.
  const counting = knowing.then((known) => known !== before || known.isComplete(other));
  const [known, isComplete, users, orgs] = await allDone([
    knowing,
    counting,
    masks.then((activity) => loadUsers(one, moment, knowing, activity)),
    allDone([knowing, masks]).then(([facts, activity]) => orgFacts(moment, facts, activity)),
  ]);
  return isComplete ? { facts: { moment, users, orgs }, known } : loadFacts(pair, moment);
}

async function knownFacts(
  pair: readonly [Connection, Connection],
  before: KnownFacts | undefined,
): Promise<KnownFacts> {
  return before && (await before.update(pair[1])) ? before : KnownFacts.read(pair);
}
