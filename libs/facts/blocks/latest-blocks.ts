import { endianness } from 'node:os';

/**
 * `last_active` stores users in blocks of 256. A block is 1 KiB, which fits in a row without TOAST.
 */
const SHIFT = 8;
const SIZE = 1 << SHIFT;

/** The highest number seen per key, in blocks of 256 keys; 0 means none. */
export class LatestBlocks {
  private readonly blocks = new Map<number, Uint32Array>();

  /** Sets a key's number unless it is already higher. */
  raise(key: number, value: number): void {
    const numbers = this.block(blockOf(key));
    if (value > numbers[key & (SIZE - 1)]!) numbers[key & (SIZE - 1)] = value;
  }

  /** Merges a stored block. @returns whether any number here is higher than the stored one */
  mergeStored(block: number, stored: Buffer): boolean {
    const numbers = this.block(block);
    const known = unpackBlock(stored);
    let changed = false;
    for (let index = 0; index < SIZE; index++) {
      if (numbers[index]! > known[index]!) changed = true;
      else numbers[index] = known[index]!;
    }
    return changed;
  }

  /** The block numbers in ascending order. */
  get numbers(): number[] {
    return [...this.blocks.keys()].sort((one, other) => one - other);
  }

  /** A block in its stored form: 256 numbers of 4 bytes, big-endian. */
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

/** The 256 numbers of a stored block. */
export function unpackBlock(stored: Buffer): Uint32Array {
  const numbers = new Uint32Array(SIZE);
  putBlock(numbers, 0, stored, 0);
  return numbers;
}

/**
 * Copies a stored block that begins at `start` of `source` into `numbers`, beginning at `first`.
 */
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

/** Converts 4-byte numbers in place between the machine's byte order and big-endian. */
function bigEndian(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes.swap32() : bytes;
}
