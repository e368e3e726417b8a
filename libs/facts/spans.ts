import { DAY_MS } from '#libs/contracts';
import type { Connection } from '#libs/platform';
import { ChangedPairs } from './changed-pairs.js';
import type { Deletions, Sides } from './deletions.js';
import type { Span } from './replay.js';
import { SCAN_MEMBERSHIPS, scanMemberships } from './scan-memberships.js';
import { setList } from './session-list.js';

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
const KEYS = 2;
const TIMES = 2;
const DAYS = 3;
/** 131,072 orgs, of which 40 bytes each are added up: a processor keeps 5 MB at hand. */
const ORGS_AT_HAND_SHIFT = 17;

/** The day of what never happened: it is after all others. */
export const NEVER = 2 ** 30;

/**
 * A span as of a moment, by days counted from 1970: `to` is `NEVER` while it is open, `added` is `NEVER`
 * where nobody was added.
 */
type OnSpan = (user: number, org: number, from: number, to: number, added: number) => void;

/**
 * The spans of all memberships as one picture of the store shows them, brought up to a later one by the
 * pairs that have changed. Flat, 36 bytes a span.
 */
export class Spans {
  private length = 0;
  /** User and org of each. */
  private keys = new Int32Array(0);
  /** When it is told of and when it ended, in milliseconds since 1970. */
  private times = new Float64Array(0);
  /** The days on which it began and ended, and on which the user was added. */
  private days = new Int32Array(0);

  /** Reads all there are. */
  async read(db: Connection, deletions: Sides<Deletions>): Promise<void> {
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
    deletions: Sides<Deletions>,
    pairs: Sides<readonly number[]>,
    deleted: Sides<readonly number[]>,
  ): Promise<void> {
    const changed = new ChangedPairs();
    const put: typeof changed.put = (...pair) => changed.put(...pair);
    const read = async (select: string, { users, orgs }: Sides<readonly number[]>) => {
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

  /** The spans as of a moment, in no order: those told of until then. @param moment ms since 1970 */
  asOf(moment: number, onSpan: OnSpan): void {
    const { keys, times, days } = this;
    for (let place = 0; place < this.length; place++) {
      if (times[place * TIMES]! > moment) continue;
      const at = place * DAYS;
      const to = times[place * TIMES + 1]! <= moment ? days[at + 1]! : NEVER;
      onSpan(keys[place * KEYS]!, keys[place * KEYS + 1]!, days[at]!, to, days[at + 2]!);
    }
  }

  private add(user: number, org: number, spans: readonly Span[]): void {
    // A pair whose steps are all later than a deletion has no span, but it is there.
    if (spans.length === 0) return this.add(user, org, NO_SPANS);
    for (let index = 0; index < spans.length; index++) {
      const { toldAt, from, to, isAddition } = spans[index]!;
      if (this.length * KEYS === this.keys.length) this.makeRoom(this.length * 1.5 + LEAST_ROOM);
      const { keys, times, days } = this;
      const place = this.length++;
      keys[place * KEYS] = user;
      keys[place * KEYS + 1] = org;
      times[place * TIMES] = toldAt;
      times[place * TIMES + 1] = to;
      const at = place * DAYS;
      days[at] = dayOf(from);
      days[at + 1] = dayOf(to);
      days[at + 2] = isAddition ? dayOf(toldAt) : NEVER;
    }
  }

  /**
   * Whoever goes through the spans looks up their users and adds up by their orgs. In the order of the users, of which
   * there are more, that takes a third of the time; a range of orgs after the other, so that what is added up by org
   * stays at hand, less than half of that again where orgs are a million. What is put in later is as it comes.
   */
  private sort(): void {
    this.sortBy((place) => this.keys[place * KEYS]!);
    this.sortBy((place) => this.keys[place * KEYS + 1]! >>> ORGS_AT_HAND_SHIFT);
  }

  /** Sorts by a number of each span, keeping the order of those that are equal. */
  private sortBy(numberOf: (place: number) => number): void {
    const { keys, times, days, length } = this;
    let most = 0;
    for (let place = 0; place < length; place++) most = Math.max(most, numberOf(place));
    if (most === 0) return;
    const next = new Int32Array(most + 2);
    for (let place = 0; place < length; place++) next[numberOf(place) + 1]!++;
    for (let number = 0; number < most; number++) next[number + 1]! += next[number]!;
    const sorted = {
      keys: new Int32Array(keys.length),
      times: new Float64Array(times.length),
      days: new Int32Array(days.length),
    };
    for (let place = 0; place < length; place++) {
      const to = next[numberOf(place)]!++;
      for (let index = 0; index < KEYS; index++)
        sorted.keys[to * KEYS + index] = keys[place * KEYS + index]!;
      for (let index = 0; index < TIMES; index++)
        sorted.times[to * TIMES + index] = times[place * TIMES + index]!;
      for (let index = 0; index < DAYS; index++)
        sorted.days[to * DAYS + index] = days[place * DAYS + index]!;
    }
    Object.assign(this, sorted);
  }

  private makeRoom(spans: number): void {
    const keys = new Int32Array(Math.ceil(spans) * KEYS);
    keys.set(this.keys);
    this.keys = keys;
    const times = new Float64Array(Math.ceil(spans) * TIMES);
    times.set(this.times);
    this.times = times;
    const days = new Int32Array(Math.ceil(spans) * DAYS);
    days.set(this.days);
    this.days = days;
  }

  /** Drops the spans of pairs, which are put in again as they are now. */
  private drop(changed: ChangedPairs): void {
    for (let place = 0; place < this.length;) {
      const isChanged = changed.has(this.keys[place * KEYS]!, this.keys[place * KEYS + 1]!);
      if (isChanged) this.putLastAt(place);
      else place++;
    }
  }

  /** Puts the last span in the place of another: they are in no order. */
  private putLastAt(place: number): void {
    const last = --this.length;
    this.keys.copyWithin(place * KEYS, last * KEYS, (last + 1) * KEYS);
    this.times.copyWithin(place * TIMES, last * TIMES, (last + 1) * TIMES);
    this.days.copyWithin(place * DAYS, last * DAYS, (last + 1) * DAYS);
  }
}

function dayOf(ms: number): number {
  return ms === Infinity ? NEVER : Math.floor(ms / DAY_MS);
}
