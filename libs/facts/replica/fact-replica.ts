import { settleAll, type Connection } from '#libs/database';
import type { PerSubject } from '../read/deletions.js';
import { InviteReplica } from './invite-replica.js';
import { changesSince, type FactChanges } from './fact-changes.query.js';
import {
  currentReadPoint,
  canResumeFrom,
  isStillThere,
  type ReadPoint,
} from '../read/read-point.js';
import { Spans } from './spans.js';
import { Subjects } from './subjects.js';

type Pair = readonly [Connection, Connection];

/** When more has changed than this share of the users, reading everything takes no longer. */
const FEW = 0.05;
const ALWAYS_FEW = 10_000;

/** What `updateMemberships` is left with. */
interface Pending {
  changes: FactChanges;
  /** Whose deletion has changed. */
  deleted: PerSubject<readonly number[]>;
}

/**
 * All users, orgs, memberships and invites, as one picture of the store shows them. Most are as they were an hour
 * ago: what was read is brought up to a later picture by what has changed since. Since when it is kept changes
 * nothing of what it is.
 */
export class FactReplica {
  readonly users = Subjects.users();
  readonly orgs = Subjects.orgs();
  readonly memberships = new Spans();
  readonly invites = new InviteReplica();
  private pending: Pending | undefined;

  private constructor(private picture: ReadPoint) {}

  /** Reads everything. @param pair two connections with the same picture */
  static async read(pair: Pair): Promise<FactReplica> {
    const [one, other] = pair;
    const facts = new FactReplica(await currentReadPoint(one));
    const { users, orgs, memberships, invites, deletions } = facts;
    await settleAll([users.read(one), orgs.read(other)]);
    const pairs = orgs.readOrder(other).then(() => memberships.read(other, deletions));
    await settleAll([users.readOrder(one).then(() => invites.read(one)), pairs]);
    return facts;
  }

  /**
   * Reads what has changed since, but for memberships: `updateMemberships` is to follow.
   * @returns false when that cannot be told, or not for sure: then everything must be read. If it fails
   *   as well, this must not be used any more
   */
  async update(db: Connection): Promise<boolean> {
    const picture = await currentReadPoint(db);
    if (!canResumeFrom(this.picture, picture)) return false;
    const most = Math.max(this.users.count * FEW, ALWAYS_FEW);
    const changes = await changesSince(db, this.picture, most);
    if (!changes) return false;
    const users = await this.users.update(db, changes.users);
    const orgs = await this.orgs.update(db, changes.orgs);
    await this.invites.update(db, changes.inviters);
    this.pending = { changes, deleted: { users, orgs } };
    this.picture = picture;
    return true;
  }

  /** Reads what has changed of memberships, in the transaction of `update`. */
  async updateMemberships(db: Connection): Promise<void> {
    const { deletions, pending } = this;
    if (pending) {
      const { members, orgsOfMembers } = pending.changes;
      const changed = { users: members, orgs: orgsOfMembers };
      await this.memberships.update(db, deletions, changed, pending.deleted);
    }
    this.pending = undefined;
  }

  /** Whether a store, as a transaction sees it now, is the one that these are of. */
  isOf(db: Connection): Promise<boolean> {
    return isStillThere(db, this.picture);
  }

  private get deletions() {
    return { users: this.users.deletions, orgs: this.orgs.deletions };
  }
}
