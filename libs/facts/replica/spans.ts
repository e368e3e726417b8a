import { DAY_MS } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { ChangedPairs } from './changed-pairs.js';
import type { Deletions, PerSubject } from '../read/deletions.js';
import type { Span } from '../membership/replay.js';
import { SCAN_MEMBERSHIPS, scanMemberships } from '../read/scan-memberships.js';
import { setList } from '../read/session-list.js';

const PAIRS = `
  ${SCAN_MEMBERSHIPS}
  where (user_key, org_key) in (select unnest(current_setting('insightd.user_keys')::int[]),
    unnest(current_setting('insightd.org_keys')::int[]))`;
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
/** 131,072 orgs, of which 40 bytes each are added up: a processor keeps 5 MB at hand. */
const ORGS_AT_HAND_SHIFT = 17;

/** The day of what never happened: it is after all others. */
const NEVER = 2 ** 30;

/** Spans of memberships, a place each, in memory that threads share. As of a moment there are those told of until then. */
export interface SpanColumns {
  users: Int32Array;
  orgs: Int32Array;
  /** When it is told of and when it ended, in milliseconds since 1970; `Infinity` while it is open. */
  toldAt: Float64Array;
  endedAt: Float64Array;
  /** On which days it began and ended, and the user was added, counted from 1970; far ahead for what never was. */
  from: Int32Array;
  to: Int32Array;
  added: Int32Array;
}

const NAMES = ['users', 'orgs', 'toldAt', 'endedAt', 'from', 'to', 'added'] as const;

/**
 * The spans of all memberships as one picture of the store shows them, brought up to a later one by the
 * pairs that have changed. Flat, 36 bytes a span, in no order.
 */
export class Spans {
  /** How many there are. */
  length = 0;
  columns = columnsOf(0);

  /** Reads all there are. */
  async read(db: Connection, deletions: PerSubject<Deletions>): Promise<void> {
    const { rows } = await db.query<{ count: number }>(COUNT);
    this.makeRoom(rows[0]!.count * SPANS_OF_A_PAIR);
    await scanMemberships(db, SCAN_MEMBERSHIPS, deletions, (user, org, spans) =>
      this.add(user, org, spans),
    );
    this.sort();
  }

  /**
   * Reads some pairs anew, and those of users and orgs whose deletion has changed.
   * @param pairs the users and the orgs of as many
   */
  async update(
    db: Connection,
    deletions: PerSubject<Deletions>,
    pairs: PerSubject<readonly number[]>,
    deleted: PerSubject<readonly number[]>,
  ): Promise<void> {
    const changed = new ChangedPairs();
    const put: typeof changed.put = (...pair) => changed.put(...pair);
    const read = async (select: string, { users, orgs }: PerSubject<readonly number[]>) => {
      if (users.length + orgs.length === 0) return;
      await setList(db, 'insightd.user_keys', users);
      await setList(db, 'insightd.org_keys', orgs);
      await scanMemberships(db, select, deletions, put);
    };
    await read(PAIRS, pairs);
    await read(PAIRS_OF_DELETED, deleted);
    this.drop(changed);
    for (const { user, org, spans } of changed.all()) this.add(user, org, spans);
  }

  private add(user: number, org: number, spans: readonly Span[]): void {
    // A pair whose steps are all later than a deletion has no span, but it is there.
    if (spans.length === 0) return this.add(user, org, NO_SPANS);
    for (let index = 0; index < spans.length; index++) {
      const { toldAt, from, to, isAddition } = spans[index]!;
      if (this.length === this.columns.users.length) this.makeRoom(this.length * 1.5 + LEAST_ROOM);
      const { columns } = this;
      const place = this.length++;
      columns.users[place] = user;
      columns.orgs[place] = org;
      columns.toldAt[place] = toldAt;
      columns.endedAt[place] = to;
      columns.from[place] = dayOf(from);
      columns.to[place] = dayOf(to);
      columns.added[place] = isAddition ? dayOf(toldAt) : NEVER;
    }
  }

  /**
   * Whoever goes through the spans looks up their users and adds up by their orgs. In the order of the users, of which
   * there are more, that takes a third of the time; a range of orgs after the other, so that what is added up by org
   * stays at hand, less than half of that again where orgs are a million. What is put in later is as it comes.
   */
  private sort(): void {
    const { users, orgs } = this.columns;
    this.sortBy(users.slice(0, this.length));
    this.sortBy(orgs.slice(0, this.length).map((org) => org >>> ORGS_AT_HAND_SHIFT));
  }

  /** Sorts by a number of each span, keeping the order of those that are equal. */
  private sortBy(numbers: Int32Array): void {
    const most = numbers.reduce((one, other) => Math.max(one, other), 0);
    if (most === 0) return;
    const next = new Int32Array(most + 2);
    for (let place = 0; place < numbers.length; place++) next[numbers[place]! + 1]!++;
    for (let number = 0; number < most; number++) next[number + 1]! += next[number]!;
    const places = numbers.map((number) => next[number]!++);
    for (const name of NAMES) {
      const column = this.columns[name];
      const before = column.slice(0, places.length);
      for (let place = 0; place < places.length; place++) column[places[place]!] = before[place]!;
    }
  }

  private makeRoom(spans: number): void {
    const columns = columnsOf(Math.ceil(spans));
    for (const name of NAMES) columns[name].set(this.columns[name]);
    this.columns = columns;
  }

  /** Drops the spans of pairs, which are put in again as they are now. */
  private drop(changed: ChangedPairs): void {
    const { users, orgs } = this.columns;
    for (let place = 0; place < this.length;) {
      if (changed.has(users[place]!, orgs[place]!)) this.putLastAt(place);
      else place++;
    }
  }

  /** Puts the last span in the place of another: they are in no order. */
  private putLastAt(place: number): void {
    const last = --this.length;
    for (const name of NAMES) this.columns[name][place] = this.columns[name][last]!;
  }
}

function columnsOf(spans: number): SpanColumns {
  const ints = () => new Int32Array(new SharedArrayBuffer(spans * Int32Array.BYTES_PER_ELEMENT));
  const instants = () =>
    new Float64Array(new SharedArrayBuffer(spans * Float64Array.BYTES_PER_ELEMENT));
  return {
    ...{ users: ints(), orgs: ints(), toldAt: instants(), endedAt: instants() },
    ...{ from: ints(), to: ints(), added: ints() },
  };
}

function dayOf(ms: number): number {
  return ms === Infinity ? NEVER : Math.floor(ms / DAY_MS);
}
