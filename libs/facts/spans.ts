import type { Connection } from '#libs/platform';
import { ChangedPairs } from './changed-pairs.js';
import type { Deletions, Sides } from './deletions.js';
import { CHANGED } from './picture.js';
import type { Span } from './replay.js';
import { SCAN_MEMBERSHIPS, scanMemberships } from './scan-memberships.js';
import { setList } from './session-list.js';

const CHANGED_PAIRS = `${SCAN_MEMBERSHIPS} where ${CHANGED}`;
const PAIRS_OF_DELETED = `
  ${SCAN_MEMBERSHIPS} where user_key in (select unnest(current_setting('insightd.user_keys')::int[]))
  union all
  ${SCAN_MEMBERSHIPS} where org_key in (select unnest(current_setting('insightd.org_keys')::int[]))`;
const COUNT = 'select count(*)::int as count from memberships';

const LEAST_ROOM = 64;
/** What room is made for at first. */
const SPANS_OF_A_PAIR = 1.2;
const NO_SPANS: readonly Span[] = [
  { toldAt: Infinity, from: Infinity, to: Infinity, role: '', isAddition: false },
];
const KEYS = 2;
const TIMES = 4;

/** A span as of a moment: `to` is infinite while it is open, `addedAt` is NaN where nobody was added. */
type OnSpan = (user: number, org: number, from: number, to: number, addedAt: number) => void;

/**
 * The spans of all memberships as one picture of the store shows them, brought up to a later one by the
 * pairs that have changed. Flat, 40 bytes a span.
 */
export class Spans {
  /** Of how many pairs; some have no spans. */
  pairs = 0;
  private length = 0;
  /** User and org of each. */
  private keys = new Int32Array(0);
  /** When it is told of, began, ended, and when the user was added; in milliseconds since 1970. */
  private times = new Float64Array(0);

  /** Reads all there are. */
  async read(db: Connection, deletions: Sides<Deletions>): Promise<void> {
    const { rows } = await db.query<{ count: number }>(COUNT);
    this.makeRoom(rows[0]!.count * SPANS_OF_A_PAIR);
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
    // A pair whose steps are all later than a deletion has no span, but it is there.
    if (spans.length === 0) return this.add(user, org, NO_SPANS);
    for (let index = 0; index < spans.length; index++) {
      const { toldAt, from, to, isAddition } = spans[index]!;
      if (this.length * KEYS === this.keys.length) this.makeRoom(this.length * 1.5 + LEAST_ROOM);
      const { keys, times } = this;
      const place = this.length++;
      keys[place * KEYS] = user;
      keys[place * KEYS + 1] = org;
      const at = place * TIMES;
      times[at] = toldAt;
      times[at + 1] = from;
      times[at + 2] = to;
      times[at + 3] = isAddition ? toldAt : Number.NaN;
    }
  }

  private makeRoom(spans: number): void {
    const keys = new Int32Array(Math.ceil(spans) * KEYS);
    keys.set(this.keys);
    this.keys = keys;
    const times = new Float64Array(Math.ceil(spans) * TIMES);
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
