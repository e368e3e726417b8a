import { DAY_MS } from '#libs/contracts';
import {
  areRowsRemovedSince,
  canResumeFrom,
  currentReadPoint,
  scanActivityOf,
  scanPairsByKey,
  scanPairsOf,
  setChangedSince,
  type DayRange,
  type ReadPoint,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import { MemberDays } from './story/member-days.js';

/** The members whose activity is read. */
interface ReadMembers {
  orgKey: number;
  /** The keys of all current and former members, by position. */
  keys: Int32Array;
  /** The positions of the keys. */
  positions: ReadonlyMap<number, number>;
  /** The number of positions for which there is room. */
  room: number;
}

/** What to read: a range of whole days, and the day of age 0. */
export interface ReadDays {
  range: DayRange;
  today: number;
}

/** The folded activity of all current and former members of an org, and which of it named this or another org. */
export class MemberActivity {
  private readonly active: MemberDays;
  private readonly named: MemberDays;
  private readonly namedHere: MemberDays;
  private readonly pairs = new Pairs();
  /** The number of members that were read. */
  private count = 0;

  private constructor(
    private readonly orgKey: number,
    room: number,
    private readonly of: ReadDays,
    private readPoint: ReadPoint,
  ) {
    const { range } = of;
    const [youngest, days] = [this.ageOf(range.before) + 1, (range.before - range.from) / DAY_MS];
    const make = () => new MemberDays(room, youngest, days);
    [this.active, this.named, this.namedHere] = [make(), make(), make()];
  }

  static async read(db: Connection, members: ReadMembers, days: ReadDays): Promise<MemberActivity> {
    // Before the activity: later readings find what changed meanwhile.
    const readPoint = await currentReadPoint(db);
    const activity = new MemberActivity(members.orgKey, members.room, days, readPoint);
    await activity.readNew(db, members);
    return activity;
  }

  /**
   * Reads what changed since the last reading. Activity is only ever added.
   * @returns whether the changes are known
   */
  async update(db: Connection, members: ReadMembers, { range, today }: ReadDays): Promise<boolean> {
    const readPoint = await currentReadPoint(db);
    const isSame = this.of.today === today && this.of.range.from === range.from;
    if (!isSame || !canResumeFrom(this.readPoint, readPoint)) return false;
    if (await areRowsRemovedSince(db, this.readPoint)) return false;
    await setChangedSince(db, this.readPoint);
    const known = members.keys.subarray(0, this.count);
    await this.scanUsers(db, known, 0, true);
    const pairs = this.pairs.ids;
    await this.readNew(db, members);
    await this.scanPairs(db, pairs, 0, true);
    this.readPoint = readPoint;
    return true;
  }

  /** The days on which each member was active and named this org or no org. */
  days(): MemberDays {
    const { active, named, namedHere } = this;
    return active.combined((word, index) => word & (namedHere.at(index) | ~named.at(index)));
  }

  /** Reads the whole activity of new members, then new pairs and their whole activity. */
  private async readNew(db: Connection, members: ReadMembers): Promise<void> {
    const { keys, positions } = members;
    const first = this.count;
    await this.scanUsers(db, keys.subarray(first), first, false);
    this.count = keys.length;
    const firstPair = this.pairs.count;
    const { latest } = this.pairs;
    const add = (id: number, user: number, org: number) => {
      const position = positions.get(user);
      if (position !== undefined) this.pairs.add(id, position, org === this.orgKey);
    };
    // After the activity: a day that both readings see is judged by its latest names.
    if (first > 0 && keys.length > first) {
      const news = [...keys.subarray(first)];
      await scanPairsOf(db, news, (id, user, org) => id <= latest && add(id, user, org));
    }
    await scanPairsByKey(db, keys, latest, add);
    await this.scanPairs(db, this.pairs.ids.subarray(firstPair), firstPair, false);
  }

  private async scanUsers(
    db: Connection,
    keys: Int32Array,
    first: number,
    onlyChanged: boolean,
  ): Promise<void> {
    const { active } = this;
    const onActive = (day: number, word: number, bits: number) => {
      if (first === 0) active.add(this.ageOf(day), word, bits);
      else forEachBit(word, bits, (at) => active.mark(first + at, this.ageOf(day)));
    };
    await scanActivityOf(db, 'activity', this.of.range, keys, onActive, onlyChanged);
  }

  private async scanPairs(
    db: Connection,
    ids: Int32Array,
    first: number,
    onlyChanged: boolean,
  ): Promise<void> {
    const { pairs, named, namedHere } = this;
    const onActive = (day: number, word: number, bits: number) => {
      const age = this.ageOf(day);
      forEachBit(word, bits, (at) => {
        const member = pairs.memberOf(first + at);
        named.mark(member, age);
        if (pairs.isHere(first + at)) namedHere.mark(member, age);
      });
    };
    await scanActivityOf(db, 'named_activity', this.of.range, ids, onActive, onlyChanged);
  }

  private ageOf(day: number): number {
    return (this.of.today - day) / DAY_MS;
  }
}

/** The pairs of members and orgs that activity named. */
class Pairs {
  /** The highest id; 0 for none. */
  latest = 0;
  private readonly idOf: number[] = [];
  private readonly members: number[] = [];
  private readonly here: boolean[] = [];

  get count(): number {
    return this.idOf.length;
  }

  get ids(): Int32Array {
    return Int32Array.from(this.idOf);
  }

  add(id: number, member: number, isHere: boolean): void {
    if (id > this.latest) this.latest = id;
    this.idOf.push(id);
    this.members.push(member);
    this.here.push(isHere);
  }

  memberOf(pair: number): number {
    return this.members[pair]!;
  }

  isHere(pair: number): boolean {
    return this.here[pair]!;
  }
}

function forEachBit(word: number, bits: number, onPosition: (position: number) => void): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1)
    onPosition(word * 32 + 31 - Math.clz32(rest & -rest));
}
