import type { Span } from '#libs/facts';
import { AGES, type PastMoments } from './past-moments.js';

/**
 * The days on which each member of an org was active, one bit per day and member: 18 bytes per member for `AGES` days.
 * Days are given by their age; that of today is 0.
 */
export class MemberDays {
  /** Words per day. Bit b of word w is the member at position 32 w + b. */
  readonly width: number;
  private readonly words: Int32Array;

  /** @param youngest the lowest age, negative when there are days after today */
  constructor(
    /** The number of positions; at least that of the members. */
    readonly members: number,
    readonly youngest = 0,
    readonly days = AGES,
  ) {
    this.width = Math.ceil(members / 32);
    this.words = new Int32Array(days * this.width);
  }

  /** The highest age. */
  get oldest(): number {
    return this.youngest + this.days - 1;
  }

  /** The members who were active on a day, as a view. */
  of(age: number): Int32Array {
    const start = (age - this.youngest) * this.width;
    return this.words.subarray(start, start + this.width);
  }

  /** Marks members on a day. @param word the position of the word of 32 members */
  add(age: number, word: number, bits: number): void {
    this.words[(age - this.youngest) * this.width + word]! |= bits;
  }

  mark(position: number, age: number): void {
    this.words[(age - this.youngest) * this.width + (position >>> 5)]! |= 1 << position;
  }

  /** Days of the same members, made word by word. @param make receives a word and its index in all of them */
  combined(make: (word: number, index: number) => number): MemberDays {
    const made = new MemberDays(this.members, this.youngest, this.days);
    const { words } = this;
    for (let index = 0; index < words.length; index++)
      made.words[index] = make(words[index]!, index);
    return made;
  }

  /** A word by its index in all of them. */
  at(index: number): number {
    return this.words[index]!;
  }

  has(position: number, age: number): boolean {
    const word = this.words[(age - this.youngest) * this.width + (position >>> 5)]!;
    return ((word >>> (position & 31)) & 1) === 1;
  }

  /** Reads the ages of a member from 0 up to `AGES`, ascending. @returns their number */
  agesOf(position: number, ages: Int32Array): number {
    let count = 0;
    for (let age = 0; age < AGES; age++) if (this.has(position, age)) ages[count++] = age;
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
    this.spans = spans.map((span) => seen(span, this.moments));
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
}

function seen({ from, to, openedAt }: Span, moments: PastMoments): SeenSpan {
  const ended = moments.oldestWith(to);
  return {
    first: from === -Infinity ? AGES : moments.ageOf(from),
    last: ended < 0 ? -1 : moments.ageOf(to),
    known: moments.oldestWith(openedAt),
    ended,
  };
}
