import { DAY_MS, type Calendar } from '#libs/contracts';
import { literal, type Connection } from '#libs/database';
import { ChangedPairs } from './changed-pairs.js';
import type { Deletions, PerSubject } from '../read/deletions.js';
import type { Span } from '../membership/replay.js';
import type { Ownership } from '../membership/ownerships.js';
import type { OwnerRoles } from '../membership/owner-roles.js';
import { Ownerships } from './ownerships.js';
import { SCAN_MEMBERSHIPS, scanMemberships } from '../read/scan-memberships.js';

type Keys = PerSubject<readonly number[]>;
const ofPairs = ({ users, orgs }: Keys) => `
  ${SCAN_MEMBERSHIPS}
  where (user_key, org_key) in (select unnest(${literal.ints(users)}), unnest(${literal.ints(orgs)}))`;
const ofDeleted = ({ users, orgs }: Keys) => `
  ${SCAN_MEMBERSHIPS} where user_key in (select unnest(${literal.ints(users)}))
  union all
  ${SCAN_MEMBERSHIPS} where org_key in (select unnest(${literal.ints(orgs)}))`;
// An estimate, for the first size of the columns: counting the rows took as long as reading them.
const COUNT = `
  select greatest(reltuples, 0)::float8 as count from pg_class where oid = 'memberships'::regclass`;

const MIN_CAPACITY = 64;
/** Initial capacity. */
const SPANS_PER_PAIR = 1.2;
/**
 * 65,536 orgs per range. At 72 bytes of sums each, a range takes 4.7 MB, which fits in the CPU
 * cache.
 */
const ORG_RANGE_SHIFT = 16;
/**
 * 256 users per range, whose activity fits in the fastest cache. Sorting by the users themselves took several times as long for
 * 1.25 million spans: its counters did not fit.
 */
const USER_RANGE_SHIFT = 8;

/** Rows of removed spans, as a share of all rows, before the columns are compacted. */
const MAX_REMOVED_SHARE = 0.05;

/** The day of an event that never happened: after all real days. */
const NEVER = 2 ** 30;

/** Spans as columns in shared memory. As of a moment T, the spans with `openedAt` <= T exist. */
export interface SpanColumns {
  users: Int32Array;
  orgs: Int32Array;
  /** Time of the span's first step, milliseconds since 1970; `Infinity` in a row without a span. */
  openedAt: Float64Array;
  /** Milliseconds since 1970; `Infinity` while the span is open. */
  endedAt: Float64Array;
  /** Days since 1970 on which the span began and ended and the user was added; 2^30 for never. */
  from: Int32Array;
  to: Int32Array;
  added: Int32Array;
}

const NAMES = ['users', 'orgs', 'openedAt', 'endedAt', 'from', 'to', 'added'] as const;

/**
 * In-memory copy of the spans and ownerships of all memberships at one read point. An update replaces the changed
 * pairs. Stored as columns, 36 bytes per span. The spans of a pair are adjacent; apart from that, the order is
 * not guaranteed.
 */
export class Spans {
  /** Number of rows: of spans, and of removed spans. */
  length = 0;
  columns = columnsOf(0);
  readonly ownerships: Ownerships;
  private removed = 0;

  /** @param roles the roles of owners */
  constructor(
    private readonly calendar: Calendar,
    roles: OwnerRoles,
  ) {
    this.ownerships = new Ownerships(roles);
  }

  /** Reads all memberships. @param upTo the highest keys that count */
  async read(
    db: Connection,
    deletions: PerSubject<Deletions>,
    upTo?: PerSubject<number>,
  ): Promise<void> {
    const { rows } = await db.query<{ count: number }>(COUNT);
    this.grow(rows[0]!.count * SPANS_PER_PAIR);
    const { ownerships } = this;
    const put = (user: number, org: number, spans: readonly Span[]) => this.add(user, org, spans);
    const known = upTo
      ? `where user_key <= ${literal.int(upTo.users)} and org_key <= ${literal.int(upTo.orgs)}`
      : '';
    await scanMemberships(db, `${SCAN_MEMBERSHIPS} ${known}`, deletions, put, {
      roles: ownerships.roles,
      onOwnerships: (user, org, known) => ownerships.add(user, org, known),
    });
    this.sort();
  }

  /**
   * Replaces the spans of changed pairs, and of all pairs of users and orgs whose deletion changed.
   * @param pairs changed pairs: user `users[i]` in org `orgs[i]`
   * @param deleted users and orgs whose deletion changed
   */
  async update(
    db: Connection,
    deletions: PerSubject<Deletions>,
    pairs: PerSubject<readonly number[]>,
    deleted: PerSubject<readonly number[]>,
  ): Promise<void> {
    const changed = new ChangedPairs();
    const put: typeof changed.put = (...pair) => changed.put(...pair);
    const { ownerships } = this;
    // A pair may be read twice.
    const owned = new Map<string, [user: number, org: number, ownerships: readonly Ownership[]]>();
    const owners = {
      roles: ownerships.roles,
      onOwnerships: (user: number, org: number, known: readonly Ownership[]) =>
        void owned.set(`${user}/${org}`, [user, org, known.map((one) => ({ ...one }))]),
    };
    const read = async (select: (keys: Keys) => string, keys: Keys) => {
      if (keys.users.length + keys.orgs.length === 0) return;
      await scanMemberships(db, select(keys), deletions, put, owners);
    };
    await read(ofPairs, pairs);
    await read(ofDeleted, deleted);
    this.drop(changed);
    for (const { user, org, spans } of changed.all()) this.add(user, org, spans);
    ownerships.drop(changed);
    for (const pair of owned.values()) ownerships.add(...pair);
  }

  private add(user: number, org: number, spans: readonly Span[]): void {
    for (let index = 0; index < spans.length; index++) {
      const { openedAt, from, to, isAddition } = spans[index]!;
      if (this.length === this.columns.users.length) this.grow(this.length * 1.5 + MIN_CAPACITY);
      const { columns } = this;
      const row = this.length++;
      const first = this.dayOf(from);
      columns.users[row] = user;
      columns.orgs[row] = org;
      columns.openedAt[row] = openedAt;
      columns.endedAt[row] = to;
      columns.from[row] = first;
      columns.to[row] = this.dayOf(to);
      // The time of an addition is the start of its span.
      columns.added[row] = isAddition ? first : NEVER;
    }
  }

  /** The day of a time, counted from 1970. */
  private dayOf(ms: number): number {
    if (ms === Infinity) return NEVER;
    return ms === -Infinity ? -NEVER : this.calendar.dayOf(ms) / DAY_MS;
  }

  /**
   * Sorts by range of orgs, then by range of users. The engine looks up users and adds up by org while it
   * goes through the spans. Sorting by user cuts that time to a third, because users outnumber orgs.
   * Going through one range of orgs at a time keeps the sums in the CPU cache, which more than
   * halves it again with a million orgs. Spans added later are not sorted.
   */
  private sort(): void {
    const { length } = this;
    const order = sortedRows(this.columns, length);
    const room = new ArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT);
    for (const name of NAMES) {
      const column = this.columns[name];
      const before = column instanceof Int32Array ? new Int32Array(room) : new Float64Array(room);
      before.set(column.subarray(0, length));
      for (let row = 0; row < length; row++) column[row] = before[order[row]!]!;
    }
  }

  private grow(spans: number): void {
    const columns = columnsOf(Math.ceil(spans));
    for (const name of NAMES) columns[name].set(this.columns[name]);
    this.columns = columns;
  }

  /**
   * Removes the spans of changed pairs. Their rows stay, without a span, because moving all later rows in each run took longer
   * than finding them: 17 → 4 ms of CPU for a thousand pairs and 1.25 million spans.
   */
  private drop(changed: ChangedPairs): void {
    const { users, orgs, openedAt } = this.columns;
    for (let row = 0; row < this.length; row++) {
      if (!changed.has(users[row]!, orgs[row]!)) continue;
      if (openedAt[row] !== Infinity) this.removed++;
      openedAt[row] = Infinity;
    }
    if (this.removed > this.length * MAX_REMOVED_SHARE) this.compact();
  }

  /** Removes the rows without a span. The others keep their order, so the spans of a pair stay adjacent. */
  private compact(): void {
    const { openedAt } = this.columns;
    let [kept, unmoved] = [0, 0];
    const moveUpTo = (end: number) => {
      for (const name of NAMES) this.columns[name].copyWithin(kept, unmoved, end);
      kept += end - unmoved;
      unmoved = end + 1;
    };
    // Rows move to earlier places only, so those that are still to be read are in their old ones.
    for (let row = 0; row < this.length; row++) if (openedAt[row] === Infinity) moveUpTo(row);
    moveUpTo(this.length);
    this.length = kept;
    this.removed = 0;
  }
}

/** The rows in the order of their ranges: a stable counting sort, so the spans of a pair stay adjacent. */
function sortedRows({ users, orgs }: SpanColumns, length: number): Uint32Array {
  let [user, org] = [0, 0];
  for (let row = 0; row < length; row++) {
    user = Math.max(user, users[row]!);
    org = Math.max(org, orgs[row]!);
  }
  const userRanges = (user >>> USER_RANGE_SHIFT) + 1;
  const rangeOf = (row: number) =>
    (orgs[row]! >>> ORG_RANGE_SHIFT) * userRanges + (users[row]! >>> USER_RANGE_SHIFT);
  const next = new Uint32Array(userRanges * ((org >>> ORG_RANGE_SHIFT) + 1) + 1);
  for (let row = 0; row < length; row++) next[rangeOf(row) + 1]!++;
  for (let range = 1; range < next.length; range++) next[range]! += next[range - 1]!;
  const sorted = new Uint32Array(length);
  for (let row = 0; row < length; row++) sorted[next[rangeOf(row)]!++] = row;
  return sorted;
}

function columnsOf(spans: number): SpanColumns {
  const ints = () => new Int32Array(new SharedArrayBuffer(spans * Int32Array.BYTES_PER_ELEMENT));
  const instants = () =>
    new Float64Array(new SharedArrayBuffer(spans * Float64Array.BYTES_PER_ELEMENT));
  return {
    ...{ users: ints(), orgs: ints(), openedAt: instants(), endedAt: instants() },
    ...{ from: ints(), to: ints(), added: ints() },
  };
}
