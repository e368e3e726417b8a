import { copyRows, type CopiedRow, type Connection } from '#libs/platform';
import { replay, type Membership, type TimedStep } from './replay.js';
import { setList } from './scan.js';
import { isLater, stampTime, type Stamp } from './stamp.js';
import { onlyAddition, orderedSteps, unpackSteps } from './steps.js';

const SCAN_MEMBERSHIPS = 'select user_key, org_key, steps from memberships';
const SCAN_MEMBERSHIPS_OF = `
  ${SCAN_MEMBERSHIPS}
  where org_key in (select unnest(current_setting('insightd.org_keys')::int[]))`;

/**
 * The membership of each (user, org) pair, in no order, replayed from the steps and deletions known
 * up to a moment. Steps after a deletion do not count: they are left out by their whole stamp, since
 * times can be equal.
 * @param until milliseconds since 1970, itself included; Infinity for all that is known
 * @param onPair is told without roles, and the membership is only valid during the call
 * @param orgKeys only the members of these orgs
 */
export async function scanMemberships(
  db: Connection,
  until: number,
  onPair: (userKey: number, orgKey: number, membership: Membership) => void,
  orgKeys?: readonly number[],
): Promise<void> {
  const userDeletions = await Deletions.scan(db, 'users');
  const orgDeletions = await Deletions.scan(db, 'orgs');
  if (orgKeys) await setList(db, 'insightd.org_keys', orgKeys);
  const joined = new Joined();
  const steps = new StepsUntil(until);
  await copyRows(db, orgKeys ? SCAN_MEMBERSHIPS_OF : SCAN_MEMBERSHIPS, (row) => {
    const user = row.int();
    const org = row.int();
    row.pass();
    const end = earlier(userDeletions.of(user), orgDeletions.of(org));
    const addedAt = end ? Number.NaN : onlyAddition(row);
    if (addedAt > until) return;
    if (addedAt <= until) return onPair(user, org, joined.at(addedAt));
    const told = steps.of(row, end);
    if (told.length === 0) return;
    const closedAt = end && stampTime(end);
    onPair(user, org, replay(told, closedAt! <= until ? closedAt : undefined));
  });
}

/** The membership of whoever was added once and nothing more; one object, filled in again for each. */
class Joined {
  private readonly membership: Membership = replay([{ at: 0, kind: 'add', role: null }]);

  at(addedAt: number): Membership {
    this.membership.spans[0]!.from = addedAt;
    this.membership.spans[0]!.toldAt = addedAt;
    this.membership.additions[0] = addedAt;
    return this.membership;
  }
}

/** The steps of a pair up to a moment and not after a deletion. */
class StepsUntil {
  private readonly filledIn: TimedStep[] = [];

  constructor(private readonly until: number) {}

  /** @param row which has just passed the steps; what it gets is only valid until the next one */
  of(row: CopiedRow, end: Stamp | undefined): TimedStep[] {
    const steps = orderedSteps(row, this.filledIn);
    // Steps that are all told of times before a deletion need no look at their stamps.
    if (!steps || (end && steps.at(-1)!.at >= stampTime(end))) return this.byStamp(row, end);
    while (steps.length > 0 && steps.at(-1)!.at > this.until) steps.pop();
    return steps;
  }

  private byStamp({ source, start, end: after }: CopiedRow, end: Stamp | undefined): TimedStep[] {
    return unpackSteps(source.subarray(start, after))
      .filter(({ stamp }) => stampTime(stamp) <= this.until && !(end && isLater(stamp, end)))
      .map(({ stamp, kind, role }) => ({ at: stampTime(stamp), kind, role }));
  }
}

/** When users or orgs were deleted, by key. */
class Deletions {
  private readonly stamps = new Map<number, Stamp>();
  private isDeleted = new Uint8Array(0);

  static async scan(db: Connection, table: 'users' | 'orgs'): Promise<Deletions> {
    const deletions = new Deletions();
    const select = `select id, deleted_stamp from ${table} where deleted_stamp is not null`;
    await copyRows(db, select, (row) => deletions.stamps.set(row.int(), Buffer.from(row.bytes())));
    const last = [...deletions.stamps.keys()].reduce((one, other) => Math.max(one, other), 0);
    deletions.isDeleted = new Uint8Array(last + 1);
    for (const key of deletions.stamps.keys()) deletions.isDeleted[key] = 1;
    return deletions;
  }

  /** Nearly none is: looking a million of them up in the map would take longer than reading them. */
  of(key: number): Stamp | undefined {
    return this.isDeleted[key] === 1 ? this.stamps.get(key) : undefined;
  }
}

function earlier(one: Stamp | undefined, other: Stamp | undefined): Stamp | undefined {
  if (!one || !other) return one ?? other;
  return isLater(one, other) ? other : one;
}
