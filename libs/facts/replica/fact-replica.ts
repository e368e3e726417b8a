import type { Calendar } from '#libs/contracts';
import { settleAll, type Connection, type Snapshot } from '#libs/database';
import type { PerSubject } from '../read/deletions.js';
import { OwnerRoles } from '../membership/owner-roles.js';
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

/** With more changes than this share of the users, a full read is as fast. */
const MAX_CHANGED_SHARE = 0.05;
const MIN_LIMIT = 10_000;

const HIGHEST = `
  select coalesce((select max(id) from user_ids), 0) as users, coalesce((select max(id) from org_ids), 0) as orgs`;

async function highestKeys(db: Connection): Promise<PerSubject<number>> {
  return (await db.query<PerSubject<number>>(HIGHEST)).rows[0]!;
}

/** Work left for `updateMemberships`. */
interface Pending {
  changes: FactChanges;
  /** Users and orgs whose deletion has changed. */
  deleted: PerSubject<readonly number[]>;
}

/**
 * In-memory copy of all users, orgs, memberships and invites at one read point. Each run applies
 * only the rows changed since the previous one. An updated copy equals a fresh read.
 */
export class FactReplica {
  readonly users = Subjects.users();
  readonly orgs = Subjects.orgs();
  readonly memberships: Spans;
  readonly invites: InviteReplica;
  private pending: Pending | undefined;

  private constructor(
    private readPoint: ReadPoint,
    calendar: Calendar,
    ownerRoles: readonly string[],
  ) {
    this.memberships = new Spans(calendar, new OwnerRoles(ownerRoles));
    this.invites = new InviteReplica(calendar);
  }

  /** Reads everything. Reads little over the first connection, so that it can serve other work. */
  static async read(
    [one, other, third]: Snapshot,
    calendar: Calendar,
    ownerRoles: readonly string[],
  ): Promise<FactReplica> {
    const readPoint = await currentReadPoint(one);
    const facts = new FactReplica(readPoint, calendar, ownerRoles);
    // Nodes of a distributed store show a later moment, and with it users and orgs that the snapshot does not have.
    const upTo = readPoint.hasChanges ? undefined : await highestKeys(one);
    const { users, orgs, memberships, invites, deletions } = facts;
    // Three connections: while PostgreSQL prepares the values of one, the worker reads the rows of another.
    const subjects = async () => {
      await orgs.read(other, upTo?.orgs);
      await users.read(other, upTo?.users);
      await memberships.read(other, deletions, upTo);
    };
    const orders = async () => {
      await users.readOrder(third);
      await orgs.readOrder(third);
      await invites.read(third, upTo);
    };
    await settleAll([subjects(), orders()]);
    return facts;
  }

  /**
   * Applies all changes since the read point except memberships; call `updateMemberships`
   * afterwards.
   * @returns false when the changes cannot be determined; read everything then
   * @throws any database error; the replica must not be used afterwards
   */
  async update(db: Connection): Promise<boolean> {
    const now = await currentReadPoint(db);
    if (!canResumeFrom(this.readPoint, now)) return false;
    const maxKeys = Math.max(this.users.count * MAX_CHANGED_SHARE, MIN_LIMIT);
    const changes = await changesSince(db, this.readPoint, maxKeys);
    if (!changes) return false;
    const users = await this.users.update(db, changes.users, changes.members);
    const orgs = await this.orgs.update(db, changes.orgs);
    await this.invites.update(db, changes.inviters);
    this.pending = { changes, deleted: { users, orgs } };
    this.readPoint = now;
    return true;
  }

  /** Applies the changes of memberships, in the transaction of `update`. */
  async updateMemberships(db: Connection): Promise<void> {
    const { deletions, pending } = this;
    if (pending) {
      const { members, orgsOfMembers } = pending.changes;
      const changed = { users: members, orgs: orgsOfMembers };
      await this.memberships.update(db, deletions, changed, pending.deleted);
    }
    this.pending = undefined;
  }

  /** Whether the current store is the one that was read, and has not gone back since. */
  isOf(db: Connection): Promise<boolean> {
    return isStillThere(db, this.readPoint);
  }

  private get deletions() {
    return { users: this.users.deletions, orgs: this.orgs.deletions };
  }
}
