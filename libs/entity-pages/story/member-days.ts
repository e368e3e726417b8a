import type { Span } from '#libs/facts';
import { AGES, type PastMoments } from './past-moments.js';

const WORD_BITS = 32;
const WORDS = Math.ceil(AGES / WORD_BITS);

/** The days on which each member of an org was active for it, one bit per age. 20 bytes per member. */
export class MemberDays {
  private readonly words: Uint32Array;

  constructor(members: number) {
    this.words = new Uint32Array(members * WORDS);
  }

  /** Marks a day. @param age from 0 up to `AGES` */
  mark(position: number, age: number): void {
    this.words[position * WORDS + (age >>> 5)]! |= 1 << age;
  }

  /** Reads the ages of a member, ascending. @returns their number */
  agesOf(position: number, ages: Int32Array): number {
    let count = 0;
    for (let index = 0; index < WORDS; index++) {
      let word = this.words[position * WORDS + index]!;
      for (; word !== 0; word &= word - 1)
        ages[count++] = index * WORD_BITS + 31 - Math.clz32(word & -word);
    }
    return count;
  }
}

/**
 * The days on which one member made the org active, and as of which moments they count: a day of age a counts as of the
 * moments up to `until`, which is a unless the span became known after that day. Reused for all members.
 */
export class CountedDays {
  /** Ascending. */
  readonly ages = new Int32Array(AGES);
  /** The oldest moment as of which each day counts. */
  readonly until = new Int32Array(AGES);
  count = 0;

  constructor(private readonly moments: PastMoments) {}

  /** Keeps the active days that a span covers. */
  read(days: MemberDays, position: number, spans: readonly Span[]): void {
    const { ages, until } = this;
    const active = days.agesOf(position, ages);
    this.count = 0;
    if (active === 0) return;
    const covers = spans.map((span) => this.coverOf(span));
    for (let index = 0; index < active; index++) {
      const age = ages[index]!;
      let known = -1;
      for (const { first, last, oldest } of covers)
        if (last <= age && age <= first && oldest > known) known = oldest;
      if (known < 0) continue;
      ages[this.count] = age;
      until[this.count++] = Math.min(age, known);
    }
  }

  private coverOf({ from, to, openedAt }: Span) {
    const { moments } = this;
    // As of every moment before its end, a span is open and reaches to the day of the moment.
    const isOpen = moments.oldestWith(to) < 0;
    return {
      first: moments.ageOf(from),
      last: isOpen ? -Infinity : moments.ageOf(to),
      oldest: moments.oldestWith(openedAt),
    };
  }
}
