/** Bits of a number of days. */
const PLANES = 5;

/**
 * The number of days of each of some members, at most 31, for 32 members at a time: plane p contains bit p of each
 * member's number.
 */
export class DayCounts {
  private readonly planes: Int32Array[];

  /** @param width words per day */
  constructor(private readonly width: number) {
    this.planes = Array.from({ length: PLANES }, () => new Int32Array(width));
  }

  /** Adds one to the numbers of some members. @param start their first word in `days` */
  add(days: Int32Array, start = 0): void {
    for (let word = 0; word < this.width; word++) {
      let carry = days[start + word]!;
      for (let plane = 0; carry !== 0; plane++) {
        const bits = this.planes[plane]!;
        const known = bits[word]!;
        bits[word] = known ^ carry;
        carry &= known;
      }
    }
  }

  /** Subtracts one from the numbers of some members, which were added. */
  subtract(days: Int32Array, start: number): void {
    for (let word = 0; word < this.width; word++) {
      let borrow = days[start + word]!;
      for (let plane = 0; borrow !== 0; plane++) {
        const bits = this.planes[plane]!;
        const known = bits[word]!;
        bits[word] = known ^ borrow;
        borrow &= ~known;
      }
    }
  }

  of(position: number): number {
    let count = 0;
    for (let plane = 0; plane < PLANES; plane++)
      count |= ((this.planes[plane]![position >>> 5]! >>> (position & 31)) & 1) << plane;
    return count;
  }

  /** Finds the members with the highest number. @param first set to them @returns the number, 0 for no days */
  highest(first: Int32Array): number {
    first.fill(-1);
    let count = 0;
    for (let plane = PLANES - 1; plane >= 0; plane--) {
      const bits = this.planes[plane]!;
      let any = 0;
      for (let word = 0; word < this.width; word++) any |= first[word]! & bits[word]!;
      if (any === 0) continue;
      count |= 1 << plane;
      for (let word = 0; word < this.width; word++) first[word]! &= bits[word]!;
    }
    return count;
  }
}
