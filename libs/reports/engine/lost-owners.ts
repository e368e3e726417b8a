import { DAY_MS, endOfSecond, unixSeconds } from '#libs/contracts';
import { Bitset, type Excluded, type Ownerships } from '#libs/facts';
import { sizeFor } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';
import type { LostOwners, Moment, RunFacts } from './run-facts.js';

const WINDOW_DAYS = 30;
/** The window of an instant more days ago than this is never W(30), in any time zone. */
const MAX_DAYS = WINDOW_DAYS + 2;

/**
 * The orgs without an owner at T whose last owner left or got another role in W(30).
 * @param ownerships of all orgs and users
 * @param keys the orgs, by position
 * @param memory receives the result
 */
export function lostOwners(
  { day, reportTime }: Moment,
  { columns, length }: Pick<Ownerships, 'columns' | 'length'>,
  calendar: RunFacts['calendar'],
  excluded: Excluded,
  keys: Uint32Array,
  memory: ScratchBuffers,
): LostOwners {
  const until = endOfSecond(reportTime);
  const size = sizeFor(keys);
  // By org key: whether it has an owner at T, and the latest end of an ownership in W(30).
  const isOwned = new Bitset(size);
  const lostAt = new Float64Array(size).fill(Number.NaN);
  for (let index = 0; index < length; index++) {
    const [user, org] = [columns.users[index]!, columns.orgs[index]!];
    if (columns.from[index]! > until || org >= size || excluded.users.has(user)) continue;
    const to = columns.to[index]!;
    if (to > until) isOwned.add(org);
    else if (to > until - MAX_DAYS * DAY_MS && !(to <= lostAt[org]!)) {
      const ago = day - calendar.dayOf(to) / DAY_MS;
      if (ago >= 0 && ago < WINDOW_DAYS) lostAt[org] = to;
    }
  }
  const found = { orgs: new Bitset(keys.length), at: memory.allocate(keys.length).fill(0) };
  for (let position = 0; position < keys.length; position++) {
    const at = lostAt[keys[position]!]!;
    if (Number.isNaN(at) || isOwned.has(keys[position]!)) continue;
    found.orgs.add(position);
    found.at[position] = unixSeconds(at);
  }
  return found;
}
