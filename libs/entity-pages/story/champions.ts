import type { SeenMember } from './member-days.js';
import { WINDOWS } from './org-over-time.js';
import { MOMENTS } from './past-moments.js';
import { RangeSums } from './range-sums.js';

/** A champion made the org active on at least this many days of P(30). */
const MIN_DAYS = 5;
const FIRST_CANDIDATES = 16;
const [FIRST_AGE, LAST_AGE] = WINDOWS.before30;
const [, LAST_RECENT_AGE] = WINDOWS.last14;

/** The champions of an org as of each moment: the members with the most days in P(30), ties by id. */
export class Champions {
  /** The days in P(30) of each candidate, `MOMENTS` numbers each. Grows with them: few members are candidates. */
  private days = new Uint8Array(FIRST_CANDIDATES * MOMENTS);
  /** The keys of the candidates: the members with at least `MIN_DAYS` as of some moment. */
  private readonly keys: number[] = [];
  /** The most days of any candidate, by moment; 0 without a champion. */
  private readonly most = new Uint8Array(MOMENTS);
  private readonly sums = new RangeSums();

  /** The memory for days, in bytes. */
  get size(): number {
    return this.days.length;
  }

  /** Adds a current or former member. */
  add(key: number, { ages, until, count }: SeenMember): void {
    if (count < MIN_DAYS || ages[count - MIN_DAYS]! < FIRST_AGE) return;
    const { sums, most } = this;
    sums.clear();
    for (let index = 0; index < count; index++) {
      const age = ages[index]!;
      sums.add(age - LAST_AGE, Math.min(age - FIRST_AGE, until[index]!));
    }
    const at = this.keys.length * MOMENTS;
    if (at === this.days.length) this.grow();
    const days = this.days.subarray(at, at + MOMENTS);
    sums.into(days);
    let isCandidate = false;
    for (let moment = 0; moment < MOMENTS; moment++) {
      if (days[moment]! < MIN_DAYS) continue;
      isCandidate = true;
      if (days[moment]! > most[moment]!) most[moment] = days[moment]!;
    }
    if (isCandidate) this.keys.push(key);
  }

  private grow(): void {
    const days = new Uint8Array(2 * this.days.length);
    days.set(this.days);
    this.days = days;
  }

  /** The keys of the members with the most days, by moment; more than one share the first place. */
  first(): number[][] {
    const first: number[][] = Array.from({ length: MOMENTS }, () => []);
    for (const [index, key] of this.keys.entries()) {
      for (let moment = 0; moment < MOMENTS; moment++) {
        const days = this.days[index * MOMENTS + moment]!;
        if (days > 0 && days === this.most[moment]) first[moment]!.push(key);
      }
    }
    return first;
  }
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
