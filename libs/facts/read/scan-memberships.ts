import { copyRows, type CopiedRow, type Connection } from '#libs/database';
import { Deletions, type PerSubject } from './deletions.js';
import { replay, type Span, type TimedStep } from '../membership/replay.js';
import { setList } from './session-list.js';
import { isLater, versionTime, type Version } from '../membership/version.js';
import { onlyAddition, orderedSteps, unpackSteps } from '../membership/steps.js';

export const SCAN_MEMBERSHIPS = 'select user_key, org_key, steps from memberships';
const SCAN_MEMBERSHIPS_OF = `
  ${SCAN_MEMBERSHIPS}
  where org_key in (select unnest(current_setting('insightd.org_keys')::int[]))`;

/** Is told of a (user, org) pair without roles; the spans are only valid during the call. */
export type OnPair = (userKey: number, orgKey: number, spans: readonly Span[]) => void;

/** The spans of all members of some orgs, in no order, by all that is known. */
export async function scanMembersOf(
  db: Connection,
  orgKeys: readonly number[],
  onPair: OnPair,
): Promise<void> {
  const deletions = {
    users: await Deletions.scan(db, 'users'),
    orgs: await Deletions.scan(db, 'orgs'),
  };
  await setList(db, 'insightd.org_keys', orgKeys);
  await scanMemberships(db, SCAN_MEMBERSHIPS_OF, deletions, onPair);
}

/**
 * The spans of each pair that a select names as `SCAN_MEMBERSHIPS` does, in no order, replayed from all
 * steps known. Steps after a deletion do not count: they are left out by their whole stamp, since times
 * can be equal.
 */
export async function scanMemberships(
  db: Connection,
  select: string,
  { users, orgs }: PerSubject<Deletions>,
  onPair: OnPair,
): Promise<void> {
  const joined: Span[] = replay([{ at: 0, kind: 'add', role: null }]);
  const steps: TimedStep[] = [];
  await copyRows(db, select, (row) => {
    const user = row.int();
    const org = row.int();
    row.pass();
    const end = earlier(users.of(user), orgs.of(org));
    const addedAt = end ? Number.NaN : onlyAddition(row);
    if (Number.isNaN(addedAt)) {
      return onPair(user, org, replay(stepsBefore(end, row, steps), end && versionTime(end)));
    }
    // Most were added once and nothing more: one object for all of them, filled in again for each.
    joined[0]!.from = joined[0]!.toldAt = addedAt;
    onPair(user, org, joined);
  });
}

/** @param row which has just passed the steps @param filledIn is used again each time */
function stepsBefore(
  end: Version | undefined,
  row: CopiedRow,
  filledIn: TimedStep[],
): readonly TimedStep[] {
  const steps = orderedSteps(row, filledIn);
  // Steps that are all told of times before a deletion need no look at their stamps.
  if (steps && !(end && steps.at(-1)!.at >= versionTime(end))) return steps;
  return unpackSteps(row.source.subarray(row.start, row.end))
    .filter(({ stamp }) => !(end && isLater(stamp, end)))
    .map(({ stamp, kind, role }) => ({ at: versionTime(stamp), kind, role }));
}

function earlier(one: Version | undefined, other: Version | undefined): Version | undefined {
  if (!one || !other) return one ?? other;
  return isLater(one, other) ? other : one;
}
