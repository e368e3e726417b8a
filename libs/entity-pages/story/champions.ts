import { DayCounts } from './day-counts.js';
import { MemberDays, type SeenMember } from './member-days.js';
import { WINDOWS } from './org-over-time.js';
import { MOMENTS } from './past-moments.js';
import { RangeSums } from './range-sums.js';
import type { DaysOfSome } from './days-of-some.js';

/** A champion made the org active on at least this many days of P(30). */
const MIN_DAYS = 5;
const [FIRST_AGE, LAST_AGE] = WINDOWS.before30;
const [, LAST_RECENT_AGE] = WINDOWS.last14;

/** The champions of an org as of each moment: the members with the most days in P(30), ties by id. */
export class Champions {
  /** The members with the most days, by moment. */
  private readonly first: MemberDays;
  /** The most days of any member, by moment; 0 while no member has `MIN_DAYS`. */
  private readonly most = new Uint8Array(MOMENTS);
  private readonly sums = new RangeSums();
  private readonly days = new Uint8Array(MOMENTS);

  constructor(members: number) {
    this.first = new MemberDays(members, 0, MOMENTS);
  }

  /** Adds the current or former member at a position. */
  add(position: number, { ages, until, count }: SeenMember): void {
    if (count < MIN_DAYS || ages[count - MIN_DAYS]! < FIRST_AGE) return;
    const { sums, days } = this;
    sums.clear();
    for (let index = 0; index < count; index++) {
      const age = ages[index]!;
      sums.add(age - LAST_AGE, Math.min(age - FIRST_AGE, until[index]!));
    }
    sums.into(days);
    for (let moment = 0; moment < MOMENTS; moment++)
      if (this.isAmongFirst(moment, days[moment]!)) this.first.mark(position, moment);
  }

  /** Adds members whose days count as of every moment from the day on. */
  addSome({ words, width, firstWord }: DaysOfSome): void {
    const counts = new DayCounts(width);
    const highest = new Int32Array(width);
    for (let age = LAST_AGE; age > FIRST_AGE; age--) counts.add(words, (age + MOMENTS - 1) * width);
    for (let moment = MOMENTS - 1; moment >= 0; moment--) {
      counts.add(words, (moment + FIRST_AGE) * width);
      if (this.isAmongFirst(moment, counts.highest(highest))) {
        const first = this.first.of(moment);
        for (let word = 0; word < width; word++) first[firstWord + word]! |= highest[word]!;
      }
      counts.subtract(words, (moment + LAST_AGE) * width);
    }
  }

  /** Whether a number of days is one of the highest as of a moment. A higher one than before replaces those. */
  private isAmongFirst(moment: number, days: number): boolean {
    const { most } = this;
    if (days < MIN_DAYS || days < most[moment]!) return false;
    if (days > most[moment]!) this.first.of(moment).fill(0);
    most[moment] = days;
    return true;
  }

  /**
   * The positions of the champions by moment; undefined without one.
   * @param inOrder sorts positions by the ids of the members; called when ids decide
   */
  async chosen(
    inOrder: (positions: number[]) => Promise<number[]>,
  ): Promise<(number | undefined)[]> {
    const tied = new Int32Array(this.first.width);
    const only = Array.from(this.most, (days, moment): number | undefined => {
      if (days === 0) return undefined;
      const first = this.first.of(moment);
      const position = onlyOne(first);
      if (position === undefined) for (const [word, bits] of first.entries()) tied[word]! |= bits;
      return position;
    });
    const positions = positionsIn(tied);
    const order = positions.length > 0 ? await inOrder(positions) : [];
    return only.map((position, moment) => {
      if (position !== undefined || this.most[moment] === 0) return position;
      return order.find((one) => this.first.has(one, moment));
    });
  }
}

/** The only position in a set; undefined when there are more. */
function onlyOne(bits: Int32Array): number | undefined {
  const word = bits.findIndex((some) => some !== 0);
  const some = bits[word]!;
  const isOne = (some & (some - 1)) === 0 && !bits.some((more, at) => at > word && more !== 0);
  return isOne ? word * 32 + 31 - Math.clz32(some) : undefined;
}

function positionsIn(bits: Int32Array): number[] {
  const positions: number[] = [];
  for (let word = 0; word < bits.length; word++)
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1)
      positions.push(word * 32 + 31 - Math.clz32(rest & -rest));
  return positions;
}

/** Whether a member is away, by moment: without an open span, or without a day in W(14). */
export function isAway({ spans, ages, until, count }: SeenMember): boolean[] {
  const [open, recent] = [new RangeSums(), new RangeSums()];
  for (const { known, ended } of spans) open.add(ended + 1, known);
  for (let index = 0; index < count; index++)
    recent.add(ages[index]! - LAST_RECENT_AGE, until[index]!);
  const [isMember, isActive] = [open.totals(), recent.totals()];
  return Array.from(
    { length: MOMENTS },
    (_, moment) => isMember[moment] === 0 || isActive[moment] === 0,
  );
}
