import type { OrgMember } from '#libs/facts';
import { CountedDays, type MemberDays } from './member-days.js';
import { RangeSums } from './org-over-time.js';
import { MOMENTS, type PastMoments } from './past-moments.js';

/** A champion made the org active on at least this many days of P(30). */
const MIN_DAYS = 5;
const [P30_FIRST, P30_LAST] = [30, 59];
const W14_LAST = 13;

/** The champions of an org as of each moment: the members with the most days in P(30), ties by id. */
export class Champions {
  private readonly counted: CountedDays;
  /** The days in P(30) of each member with at least `MIN_DAYS`, `MOMENTS` numbers each. */
  private readonly counts: Uint8Array[] = [];
  private readonly positions: number[] = [];
  private readonly most = new Uint8Array(MOMENTS);

  constructor(
    private readonly members: readonly OrgMember[],
    private readonly days: MemberDays,
    private readonly moments: PastMoments,
  ) {
    this.counted = new CountedDays(moments);
    for (const [position, { spans }] of members.entries()) {
      this.counted.read(days, position, spans);
      if (this.counted.count >= MIN_DAYS) this.take(position);
    }
  }

  /** The keys of the members who share the first place as of any moment. Only their ids decide. */
  tied(): number[] {
    const tied = new Set<number>();
    for (let moment = 0; moment < MOMENTS; moment++) {
      const first = this.firstAt(moment);
      if (first.length > 1) for (const index of first) tied.add(index);
    }
    return [...tied].map((index) => this.members[this.positions[index]!]!.userKey);
  }

  /**
   * Whether the champion is lost, by moment: without an open span, or without a day in W(14).
   * @param order the keys of the tied members in the order of their ids
   */
  lost(order: readonly number[]): boolean[] {
    const rank = new Map(order.map((key, index) => [key, index]));
    const rankOf = (index: number) => rank.get(this.members[this.positions[index]!]!.userKey) ?? 0;
    const states = new Map<number, boolean[]>();
    return Array.from({ length: MOMENTS }, (_, moment) => {
      const first = this.firstAt(moment);
      if (first.length === 0) return false;
      const champion = first.reduce((one, other) => (rankOf(other) < rankOf(one) ? other : one));
      const state = states.get(champion) ?? this.awayOf(this.positions[champion]!);
      states.set(champion, state);
      return state[moment]!;
    });
  }

  private take(position: number): void {
    const { ages, until, count } = this.counted;
    const sums = new RangeSums();
    for (let index = 0; index < count; index++)
      sums.add(ages[index]! - P30_LAST, Math.min(ages[index]! - P30_FIRST, until[index]!));
    const counts = Uint8Array.from(sums.totals());
    let isFrequent = false;
    for (let moment = 0; moment < MOMENTS; moment++) {
      if (counts[moment]! < MIN_DAYS) continue;
      isFrequent = true;
      if (counts[moment]! > this.most[moment]!) this.most[moment] = counts[moment]!;
    }
    if (!isFrequent) return;
    this.positions.push(position);
    this.counts.push(counts);
  }

  /** The indexes of the members with the most days as of a moment. */
  private firstAt(moment: number): number[] {
    const most = this.most[moment]!;
    const first: number[] = [];
    if (most === 0) return first;
    for (let index = 0; index < this.counts.length; index++)
      if (this.counts[index]![moment] === most) first.push(index);
    return first;
  }

  private awayOf(position: number): boolean[] {
    const { spans } = this.members[position]!;
    const [open, recent] = [new RangeSums(), new RangeSums()];
    for (const { openedAt, to } of spans)
      open.add(this.moments.oldestWith(to) + 1, this.moments.oldestWith(openedAt));
    this.counted.read(this.days, position, spans);
    const { ages, until, count } = this.counted;
    for (let index = 0; index < count; index++)
      recent.add(ages[index]! - W14_LAST, Math.min(ages[index]!, until[index]!));
    const [isMember, isActive] = [open.totals(), recent.totals()];
    return Array.from(
      { length: MOMENTS },
      (_, moment) => isMember[moment] === 0 || isActive[moment] === 0,
    );
  }
}
