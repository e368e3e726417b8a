import { both, type Connection } from '#libs/platform';
import { currentPicture, isContinued, setSince, type Picture } from './picture.js';
import { Spans } from './spans.js';
import { Subjects } from './subjects.js';

type Pair = readonly [Connection, Connection];

/**
 * All users, orgs and memberships, as one picture of the store shows them. Most are as they were an hour
 * ago: who keeps what was read reads only what has changed since, which takes a tenth of the time. Whether
 * it is kept, and since when, changes nothing of what is read.
 */
export class KnownFacts {
  readonly users = Subjects.users();
  readonly orgs = Subjects.orgs();
  readonly memberships = new Spans();

  private constructor(private picture: Picture) {}

  /**
   * @param pair two connections with the same picture, which read at the same time
   * @param before what was known by an earlier picture, if anything; it must not be used any more
   */
  static async read(pair: Pair, before: KnownFacts | undefined): Promise<KnownFacts> {
    const picture = await currentPicture(pair[0]);
    if (before && (await before.update(pair, picture))) return before;
    const facts = new KnownFacts(picture);
    await facts.readWhole(pair);
    return facts;
  }

  private get deletions() {
    return { users: this.users.deletions, orgs: this.orgs.deletions };
  }

  private async readWhole([one, other]: Pair): Promise<void> {
    const { users, orgs, memberships } = this;
    await both(users.read(one), orgs.read(other));
    await both(
      users.readOrder(one),
      orgs.readOrder(other).then(() => memberships.read(other, this.deletions)),
    );
  }

  /** @returns false when what has changed cannot be told from this */
  private async update([one, other]: Pair, picture: Picture): Promise<boolean> {
    if (!isContinued(this.picture, picture)) return false;
    const { users, orgs, memberships } = this;
    await both(setSince(one, this.picture), setSince(other, this.picture));
    const [deletedUsers, deletedOrgs] = await both(users.update(one), orgs.update(other));
    const deleted = { users: deletedUsers, orgs: deletedOrgs };
    await memberships.update(other, this.deletions, deleted);
    this.picture = picture;
    const [all, allPairs] = await both(
      users.isComplete(one).then(async (is) => is && (await orgs.isComplete(one))),
      memberships.isComplete(other),
    );
    return all && allPairs;
  }
}
