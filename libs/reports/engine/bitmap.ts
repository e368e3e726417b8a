import { bitCount } from './bits.js';
import type { Column } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';

const WORD_BITS = 32;
const WORD_SHIFT = 5;

/**
 * A set of positions, one bit each. Bits are set branch-free; unpredictable membership makes branches several
 * times slower.
 */
export class Bitmap {
  private constructor(private readonly words: Uint32Array) {}

  /** @param count one more than the last position */
  static none(count: number): Bitmap {
    return new Bitmap(new Uint32Array(Math.ceil(count / WORD_BITS)));
  }

  /** The positions in [`from`, `before`) at which a column is less than a number. */
  static below(column: Column, bound: number, from = 0, before = column.length): Bitmap {
    const set = Bitmap.none(before);
    for (let position = from; position < before; position++)
      set.set(position, column[position]! < bound ? 1 : 0);
    return set;
  }

  /** The positions at which a column is 1 or more. */
  static positive(column: Column): Bitmap {
    const set = Bitmap.none(column.length);
    for (let position = 0; position < column.length; position++)
      set.set(position, column[position]! > 0 ? 1 : 0);
    return set;
  }

  /** @param isIn 1 adds the position; 0 changes nothing */
  set(position: number, isIn: 0 | 1): void {
    // A shift uses only the lowest five bits of the position.
    this.words[position >>> WORD_SHIFT]! |= isIn << position;
  }

  /** The intersection with another set. */
  and(other: Bitmap): Bitmap {
    return new Bitmap(this.words.map((word, index) => word & other.words[index]!));
  }

  /** The difference to another set. */
  without(other: Bitmap): Bitmap {
    return new Bitmap(this.words.map((word, index) => word & ~other.words[index]!));
  }

  /** The positions, ascending. @param memory receives the result */
  positions(memory: ScratchBuffers): Uint32Array {
    const { words } = this;
    let count = 0;
    for (let index = 0; index < words.length; index++) count += bitCount(words[index]!);
    const positions = memory.allocate(count);
    let found = 0;
    for (let index = 0; index < words.length; index++) {
      for (let word = words[index]!; word !== 0; word &= word - 1) {
        positions[found++] = index * WORD_BITS + 31 - Math.clz32(word & -word);
      }
    }
    return positions;
  }
}
