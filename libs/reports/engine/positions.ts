import { Bitset } from '#libs/facts/blocks';
import { bitCount } from './bits.js';
import type { Column } from './columns.js';
import type { ScratchBuffers } from './scratch-buffers.js';

const WORD_BITS = 32;

/** The positions in [`from`, `before`) at which a column is less than a number. */
export function below(column: Column, bound: number, from = 0, before = column.length): Bitset {
  const set = new Bitset(before);
  for (let position = from; position < before; position++)
    set.addIf(position, column[position]! < bound ? 1 : 0);
  return set;
}

/** The positions at which a column is 1 or more. */
export function positive(column: Column): Bitset {
  const set = new Bitset(column.length);
  for (let position = 0; position < column.length; position++)
    set.addIf(position, column[position]! > 0 ? 1 : 0);
  return set;
}

/** The positions below `count` that a test accepts. */
export function matching(count: number, isIn: (position: number) => boolean): Bitset {
  const set = new Bitset(count);
  for (let position = 0; position < count; position++) set.addIf(position, isIn(position) ? 1 : 0);
  return set;
}

/** The positions of a set, ascending. @param memory receives the result */
export function positionsOf({ words }: Bitset, memory: ScratchBuffers): Uint32Array {
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
