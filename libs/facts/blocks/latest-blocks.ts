import { endianness } from 'node:os';

/** `last_active` holds the users in blocks of 256: a kilobyte, which a row holds within itself. */
const SHIFT = 8;
const SIZE = 1 << SHIFT;

/** The latest of numbers told of keys, in blocks of 256 keys; 0 stands for none. */
export class LatestBlocks {
  private readonly blocks = new Map<number, Uint32Array>();

  raise(key: number, value: number): void {
    const numbers = this.block(blockOf(key));
    if (value > numbers[key & (SIZE - 1)]!) numbers[key & (SIZE - 1)] = value;
  }

  /** Takes in a block as it is kept. @returns whether something here is later than what it has */
  mergeStored(block: number, stored: Buffer): boolean {
    const numbers = this.block(block);
    const known = unpackBlock(stored);
    let changed = false;
    for (let place = 0; place < SIZE; place++) {
      if (numbers[place]! > known[place]!) changed = true;
      else numbers[place] = known[place]!;
    }
    return changed;
  }

  /** The numbers of the blocks, in their order. */
  get numbers(): number[] {
    return [...this.blocks.keys()].sort((one, other) => one - other);
  }

  /** A block as it is kept: 256 numbers of 4 bytes, big-endian. */
  packed(block: number): Buffer {
    return bigEndian(Buffer.from(this.block(block).slice().buffer));
  }

  private block(number: number): Uint32Array {
    const known = this.blocks.get(number);
    if (known) return known;
    const made = new Uint32Array(SIZE);
    this.blocks.set(number, made);
    return made;
  }
}

/** The 256 numbers of a block as it is kept. */
export function unpackBlock(stored: Buffer): Uint32Array {
  const numbers = new Uint32Array(SIZE);
  putBlock(numbers, 0, stored, 0);
  return numbers;
}

/** Puts the numbers of a block, kept from `start` of `source` on, into `numbers` from `first` on. */
export function putBlock(numbers: Uint32Array, first: number, source: Buffer, start: number): void {
  const end = Math.min(first + SIZE, numbers.length);
  for (let key = first, at = start; key < end; key++, at += 4) {
    const high = (source[at]! << 24) | (source[at + 1]! << 16);
    numbers[key] = high | (source[at + 2]! << 8) | source[at + 3]!;
  }
}

export function blockOf(key: number): number {
  return key >> SHIFT;
}

/** The first key of a block. */
export function firstKey(block: number): number {
  return block << SHIFT;
}

/** Turns 4-byte numbers, in place, from the machine's order of bytes to big-endian or back. */
function bigEndian(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes.swap32() : bytes;
}
