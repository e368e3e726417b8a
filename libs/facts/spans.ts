import type { Connection } from '#libs/platform';
import { ChangedPairs } from './changed-pairs.js';
import type { Deletions } from './deletions.js';
import { CHANGED } from './picture.js';
import type { Span } from './replay.js';
import { SCAN_MEMBERSHIPS, scanMemberships } from './scan-memberships.js';
import { setList } from './session-list.js';
import type { Sides } from './sides.js';

const CHANGED_PAIRS = `${SCAN_MEMBERSHIPS} where ${CHANGED}`;
const PAIRS_OF_DELETED = `
  ${SCAN_MEMBERSHIPS} where user_key in (select unnest(current_setting('insightd.user_keys')::int[]))
  union all
  ${SCAN_MEMBERSHIPS} where org_key in (select unnest(current_setting('insightd.org_keys')::int[]))`;
const COUNT = 'select count(*)::int as count from memberships';

const FIRST_ROOM = 1 << 16;
const KEYS = 2;
const TIMES = 4;

/** A span as of a moment: `to` is infinite while it is open, `addedAt` is NaN where nobody was added. */
type OnSpan = (user: number, org: number, from: number, to: number, addedAt: number) => void;

/**
 * The spans of all memberships as one picture of the store shows them, brought up to a later one by the
 * pairs that have changed. Flat, 40 bytes a span.
 */
export class Spans {
  private length = 0;
  private pairs = 0;
  /** User and org of each. */
  private keys = new Int32Array(FIRST_ROOM * KEYS);
  /** When it is told of, began, ended, and when the user was added; in milliseconds since 1970. */
  private times = new Float64Array(FIRST_ROOM * TIMES);

  /** Reads all there are. */
  async read(db: Connection, deletions: Sides<Deletions>): Promise<void> {
    await scanMemberships(db, SCAN_MEMBERSHIPS, deletions, (user, org, spans) => {
      this.add(user, org, spans);
      this.pairs++;
    });
  }

  /** Reads the pairs that have changed, and those of users and orgs whose deletion has. */
  async update(
    db: Connection,
    deletions: Sides<Deletions>,
    deleted: Sides<readonly number[]>,
  ): Promise<void> {
    const changed = new ChangedPairs();
    const put: typeof changed.put = (...pair) => changed.put(...pair);
    await scanMemberships(db, CHANGED_PAIRS, deletions, put);
    if (deleted.users.length + deleted.orgs.length > 0) {
      await setList(db, 'insightd.user_keys', deleted.users);
      await setList(db, 'insightd.org_keys', deleted.orgs);
      await scanMemberships(db, PAIRS_OF_DELETED, deletions, put);
    }
    this.drop(changed);
    for (const { user, org, spans } of changed.all()) this.add(user, org, spans);
  }

  /** Whether the store has as many pairs: rows that somebody removed are not among those that changed. */
  async isComplete(db: Connection): Promise<boolean> {
    const { rows } = await db.query<{ count: number }>(COUNT);
    return rows[0]!.count === this.pairs;
  }

  /** The spans as of a moment, in no order: those told of until then. @param moment ms since 1970 */
  asOf(moment: number, onSpan: OnSpan): void {
    const { keys, times } = this;
    for (let place = 0; place < this.length; place++) {
      const at = place * TIMES;
      if (times[at]! > moment) continue;
      const to = times[at + 2]!;
      const end = to <= moment ? to : Infinity;
      onSpan(keys[place * KEYS]!, keys[place * KEYS + 1]!, times[at + 1]!, end, times[at + 3]!);
    }
  }

  private add(user: number, org: number, spans: readonly Span[]): void {
    for (const { toldAt, from, to, isAddition } of spans) {
      this.put(user, org, toldAt, from, to, isAddition ? toldAt : Number.NaN);
    }
    // A pair whose steps are all later than a deletion has no span, but it is there.
    if (spans.length === 0) this.put(user, org, Infinity, Infinity, Infinity, Number.NaN);
  }

  private put(
    user: number,
    org: number,
    toldAt: number,
    from: number,
    to: number,
    addedAt: number,
  ): void {
    const place = this.length++;
    if (place * KEYS === this.keys.length) this.makeRoom();
    this.keys[place * KEYS] = user;
    this.keys[place * KEYS + 1] = org;
    const at = place * TIMES;
    this.times[at] = toldAt;
    this.times[at + 1] = from;
    this.times[at + 2] = to;
    this.times[at + 3] = addedAt;
  }

  private makeRoom(): void {
    const size = Math.ceil(this.length * 1.5);
    const keys = new Int32Array(size * KEYS);
    keys.set(this.keys);
    this.keys = keys;
    const times = new Float64Array(size * TIMES);
    times.set(this.times);
    this.times = times;
  }

  /** Drops the spans of pairs, which are put in again as they are now. */
  private drop(changed: ChangedPairs): void {
    const { keys, times } = this;
    const known = new Set<object>();
    let kept = 0;
    for (let place = 0; place < this.length; place++) {
      const pair = changed.find(keys[place * KEYS]!, keys[place * KEYS + 1]!);
      if (pair) {
        known.add(pair);
        continue;
      }
      for (let key = 0; key < KEYS; key++) keys[kept * KEYS + key] = keys[place * KEYS + key]!;
      for (let time = 0; time < TIMES; time++) {
        times[kept * TIMES + time] = times[place * TIMES + time]!;
      }
      kept++;
    }
    this.length = kept;
    for (const pair of changed.all()) if (!known.has(pair)) this.pairs++;
  }
}
