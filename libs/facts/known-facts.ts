import { allDone, type Connection } from '#libs/platform';
import { currentPicture, isContinued, setSince, type Picture } from './picture.js';
import { Spans } from './spans.js';
import { Subjects } from './subjects.js';

type Pair = readonly [Connection, Connection];

const COUNTS = `
  select (select count(*) from users)::int as users, (select count(*) from orgs)::int as orgs,
    (select count(*) from memberships)::int as memberships`;

/**
 * All users, orgs and memberships, as one picture of the store shows them. Most are as they were an hour
 * ago: what was read is brought up to a later picture by what has changed since, which takes a tenth of
 * the time. Since when it is kept changes nothing of what it is.
 */
export class KnownFacts {
  readonly users = Subjects.users();
  readonly orgs = Subjects.orgs();
  readonly memberships = new Spans();

  private constructor(private picture: Picture) {}

  /** Reads everything. @param pair two connections with the same picture */
  static async read(pair: Pair): Promise<KnownFacts> {
    const [one, other] = pair;
    const facts = new KnownFacts(await currentPicture(one));
    const { users, orgs, memberships, deletions } = facts;
    await allDone([users.read(one), orgs.read(other)]);
    const pairs = orgs.readOrder(other).then(() => memberships.read(other, deletions));
    await allDone([users.readOrder(one), pairs]);
    return facts;
  }

  /**
   * Reads what has changed since.
   * @returns false when that cannot be told, or not for sure: then everything must be read. If it fails
   *   as well, this must not be used any more
   */
  async update(db: Connection): Promise<boolean> {
    const picture = await currentPicture(db);
    if (!isContinued(this.picture, picture)) return false;
    const { users, orgs, memberships, deletions } = this;
    await setSince(db, this.picture);
    const deleted = { users: await users.update(db), orgs: await orgs.update(db) };
    await memberships.update(db, deletions, deleted);
    this.picture = picture;
    return true;
  }

  /**
   * Whether the store, in this picture, has as many rows. We remove none; where somebody else did, there
   * are fewer than here, since what is left or new was read: only a row that is gone leaves no trace.
   */
  async isComplete(db: Connection): Promise<boolean> {
    const { rows } = await db.query<Record<'users' | 'orgs' | 'memberships', number>>(COUNTS);
    const { users, orgs, memberships } = rows[0]!;
    return (
      users === this.users.count &&
      orgs === this.orgs.count &&
      memberships === this.memberships.pairs
    );
  }

  private get deletions() {
    return { users: this.users.deletions, orgs: this.orgs.deletions };
  }
}
