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

/** A span as seen from the moments. */
interface SeenSpan {
  /** The age of its first day. */
  first: number;
  /** The age of its last day. As of a moment before its end, a span is open and reaches to the day of the moment. */
  last: number;
  /** It exists as of the moments up to this one, and is open as of those after `ended`. */
  known: number;
  ended: number;
}

/**
 * One member as seen from the moments: the spans, and the days on which the member made the org active. A day of age a
 * counts as of the moments up to `until`, which is a unless the span became known after that day. Reused for all members.
 */
export class SeenMember {
  spans: SeenSpan[] = [];
  /** The number of days. */
  count = 0;
  /** The ages of the days, ascending. */
  readonly ages = new Int32Array(AGES);
  /** The oldest moment as of which each day counts. */
  readonly until = new Int32Array(AGES);

  constructor(private readonly moments: PastMoments) {}

  read(days: MemberDays, position: number, spans: readonly Span[]): void {
    const { ages, until } = this;
    this.spans = spans.map((span) => this.seen(span));
    const active = days.agesOf(position, ages);
    let count = 0;
    for (let index = 0; index < active; index++) {
      const age = ages[index]!;
      const known = this.knownOn(age);
      if (known < 0) continue;
      ages[count] = age;
      until[count++] = age < known ? age : known;
    }
    this.count = count;
  }

  /** The oldest moment as of which a span covers a day; -1 for none. */
  private knownOn(age: number): number {
    let oldest = -1;
    for (let index = 0; index < this.spans.length; index++) {
      const { first, last, known } = this.spans[index]!;
      if (last <= age && age <= first && known > oldest) oldest = known;
    }
    return oldest;
  }

  private seen({ from, to, openedAt }: Span): SeenSpan {
    const { moments } = this;
    const ended = moments.oldestWith(to);
    return {
      first: from === -Infinity ? AGES : moments.ageOf(from),
      last: ended < 0 ? -1 : moments.ageOf(to),
      known: moments.oldestWith(openedAt),
      ended,
    };
  }
}
