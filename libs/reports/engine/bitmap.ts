import { bitCount } from './bits.js';
import type { Column } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';

const WORD_BITS = 32;
const WORD_SHIFT = 5;

/**
 * Some of the places from 0 up to a count, a bit each. Whether a place is in it is put in as a number, without
 * a question to branch at: for places that are in it by chance, that takes a processor several times as long.
 */
export class Bitmap {
  private constructor(private readonly words: Uint32Array) {}

  /** @param count one more than the last place */
  static none(count: number): Bitmap {
    return new Bitmap(new Uint32Array(Math.ceil(count / WORD_BITS)));
  }

  /** Where a column is less than a number, of the places from `from` up to and without `before`. */
  static below(column: Column, bound: number, from = 0, before = column.length): Bitmap {
    const set = Bitmap.none(before);
    for (let place = from; place < before; place++) set.set(place, column[place]! < bound ? 1 : 0);
    return set;
  }

  /** Where a column is 1 or more. */
  static positive(column: Column): Bitmap {
    const set = Bitmap.none(column.length);
    for (let place = 0; place < column.length; place++) set.set(place, column[place]! > 0 ? 1 : 0);
    return set;
  }

  /** @param isIn 1 for a place that is in it; 0 leaves it as it is */
  set(place: number, isIn: 0 | 1): void {
    // A shift looks at the lowest five bits of the place alone.
    this.words[place >>> WORD_SHIFT]! |= isIn << place;
  }

  /** Those that are in the other set as well. */
  and(other: Bitmap): Bitmap {
    return new Bitmap(this.words.map((word, index) => word & other.words[index]!));
  }

  /** Those that are not in the other set. */
  without(other: Bitmap): Bitmap {
    return new Bitmap(this.words.map((word, index) => word & ~other.words[index]!));
  }

  /** The places, in their order. @param memory where to put them */
  positions(memory: ScratchBuffers): Uint32Array {
    const { words } = this;
    let count = 0;
    for (let index = 0; index < words.length; index++) count += bitCount(words[index]!);
    const places = memory.allocate(count);
    let found = 0;
    for (let index = 0; index < words.length; index++) {
      for (let word = words[index]!; word !== 0; word &= word - 1) {
        places[found++] = index * WORD_BITS + 31 - Math.clz32(word & -word);
      }
    }
    return places;
  }
}
