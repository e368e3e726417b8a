import { allDone, type Connection } from '#libs/platform';
import type { Sides } from './deletions.js';
import { KnownInvites } from './known-invites.js';
import { currentPicture, isContinued, setSince, type Picture } from './picture.js';
import { Spans } from './spans.js';
import { Subjects } from './subjects.js';

type Pair = readonly [Connection, Connection];

const COUNTS = `
  select (select count(*) from users)::int as users, (select count(*) from orgs)::int as orgs,
    (select count(*) from memberships)::int as memberships, (select count(*) from invites)::int as invites`;

/** How many rows of each there are. */
export type FactCounts = Record<'users' | 'orgs' | 'memberships' | 'invites', number>;

export async function countFacts(db: Connection): Promise<FactCounts> {
  // Row after row as they lie in the table: out of an index, each that changed lately is looked up there,
  // which took 0.4 s of memberships instead of 0.06.
  await db.query('set local enable_indexonlyscan = off');
  return (await db.query<FactCounts>(COUNTS)).rows[0]!;
}

/**
 * All users, orgs, memberships and invites, as one picture of the store shows them. Most are as they were an hour
 * ago: what was read is brought up to a later picture by what has changed since, which takes a tenth of
 * the time. Since when it is kept changes nothing of what it is.
 */
export class KnownFacts {
  readonly users = Subjects.users();
  readonly orgs = Subjects.orgs();
  readonly memberships = new Spans();
  readonly invites = new KnownInvites();
  /** Whose deletion has changed, of which the memberships do not know yet. */
  private deleted: Sides<readonly number[]> | undefined;

  private constructor(private picture: Picture) {}

  /** Reads everything. @param pair two connections with the same picture */
  static async read(pair: Pair): Promise<KnownFacts> {
    const [one, other] = pair;
    const facts = new KnownFacts(await currentPicture(one));
    const { users, orgs, memberships, invites, deletions } = facts;
    await allDone([users.read(one), orgs.read(other)]);
    const pairs = orgs.readOrder(other).then(() => memberships.read(other, deletions));
    await allDone([users.readOrder(one).then(() => invites.read(one)), pairs]);
    return facts;
  }

  /**
   * Reads what has changed since, but for memberships: `updateMemberships` is to follow.
   * @returns false when that cannot be told, or not for sure: then everything must be read. If it fails
   *   as well, this must not be used any more
   */
  async update(db: Connection): Promise<boolean> {
    const picture = await currentPicture(db);
    if (!isContinued(this.picture, picture)) return false;
    await setSince(db, this.picture);
    this.deleted = { users: await this.users.update(db), orgs: await this.orgs.update(db) };
    await this.invites.update(db);
    this.picture = picture;
    return true;
  }

  /** Reads what has changed of memberships, in the transaction of `update`. */
  async updateMemberships(db: Connection): Promise<void> {
    const { deletions, deleted } = this;
    if (deleted) await this.memberships.update(db, deletions, deleted);
    this.deleted = undefined;
  }

  /**
   * Whether the store, in this picture, has as many rows. We remove none; where somebody else did, there
   * are fewer than here, since what is left or new was read: only a row that is gone leaves no trace.
   */
  isComplete({ users, orgs, memberships, invites }: FactCounts): boolean {
    return (
      users === this.users.count &&
      orgs === this.orgs.count &&
      memberships === this.memberships.pairs &&
      invites === this.invites.count
    );
  }

  private get deletions() {
    return { users: this.users.deletions, orgs: this.orgs.deletions };
  }
}
