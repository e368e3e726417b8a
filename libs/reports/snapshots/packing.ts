import { endianness } from 'node:os';
import type { RankedList } from '../definitions/index.js';
import type { SubjectFacts } from '../engine/run-facts.js';

/**
 * The format of a packed list: entries of equal width, each a key of 4 bytes, little-endian, followed by
 * its extras of 4 bytes, or of 1 byte when all values fit. Entry i begins at byte i × width, so any page
 * is a substring.
 */
const KEY_BYTES = 4;

/** Bytes of a packed list per row. A row fills a page of the table, and every entry width divides this number. */
export const PART_BYTES = 7_920;

export function widthOf(extras: number, extraBytes: 1 | 4): number {
  return KEY_BYTES + extras * extraBytes;
}

/** A packed list: `bytes` bytes for `total` entries, each of `width` bytes. */
export interface PackedList {
  total: number;
  width: number;
  bytes: number;
}

/** @param room at least as long as the list @returns a view of `room` */
export function packList(
  { keys, extras }: RankedList,
  extraBytes: 1 | 4,
  room: Uint32Array,
): Buffer {
  const bytes = keys.length * widthOf(extras.length, extraBytes);
  const words = room.subarray(0, Math.ceil(bytes / 4));
  return extraBytes === 4
    ? packWords(words, keys, extras)
    : packBytes(new Uint8Array(words.buffer, words.byteOffset, bytes), keys, extras);
}

/** Packs the creation and another number of each key, at byte key × 8; zeros for missing keys. */
export function packNumbers(
  { keys, createdAt, size }: Pick<SubjectFacts, 'keys' | 'createdAt' | 'size'>,
  second: Uint32Array,
  room: Uint32Array,
): Buffer {
  const packed = room.subarray(0, size * 2).fill(0);
  for (let position = 0; position < keys.length; position++) {
    packed[keys[position]! * 2] = createdAt[position]!;
    packed[keys[position]! * 2 + 1] = second[position]!;
  }
  return littleEndian(packed);
}

/** Bytes per value of a packed column. */
export type ColumnWidth = 1 | 2 | 4;

/** Packs one number per key, at byte key × width, in the narrowest width for all values. */
export function packColumn(
  values: Uint32Array,
  room: Uint32Array,
): { width: ColumnWidth; entries: Buffer } {
  let all = 0;
  for (let key = 0; key < values.length; key++) all |= values[key]!;
  const width = all >>> 16 !== 0 ? 4 : all >>> 8 !== 0 ? 2 : 1;
  const words = room.subarray(0, Math.ceil((values.length * width) / 4));
  if (width === 4) {
    words.set(values);
    return { width, entries: littleEndian(words) };
  }
  const { buffer, byteOffset } = words;
  const column =
    width === 1
      ? new Uint8Array(buffer, byteOffset, values.length)
      : new Uint16Array(buffer, byteOffset, values.length);
  column.set(values);
  const entries = Buffer.from(buffer, byteOffset, column.byteLength);
  return { width, entries: width === 1 || endianness() === 'LE' ? entries : entries.swap16() };
}

function packWords(packed: Uint32Array, keys: Uint32Array, extras: readonly Uint32Array[]): Buffer {
  const columns = [keys, ...extras];
  for (const [field, column] of columns.entries()) {
    for (let position = 0, at = field; position < column.length; position++, at += columns.length) {
      packed[at] = column[position]!;
    }
  }
  return littleEndian(packed);
}

function packBytes(packed: Uint8Array, keys: Uint32Array, extras: readonly Uint32Array[]): Buffer {
  const width = widthOf(extras.length, 1);
  for (let position = 0, at = 0; position < keys.length; position++, at += width) {
    const key = keys[position]!;
    packed[at] = key;
    packed[at + 1] = key >>> 8;
    packed[at + 2] = key >>> 16;
    packed[at + 3] = key >>> 24;
  }
  for (const [index, column] of extras.entries()) {
    for (
      let position = 0, at = KEY_BYTES + index;
      position < column.length;
      position++, at += width
    ) {
      packed[at] = column[position]!;
    }
  }
  return Buffer.from(packed.buffer, packed.byteOffset, packed.length);
}

export interface Entry {
  key: number;
  extras: number[];
}

/** An entry with the two numbers that all rows of its subject show. */
export interface NumberedEntry extends Entry {
  /** The creation, and the last activity of a user or the number of members of an org. */
  numbers: [number, number];
}

/** Entries of a packed list, read in place. */
export class PackedEntries {
  readonly keys: Uint32Array;
  private readonly extraBytes: number;

  /** @param width bytes per entry */
  constructor(
    private readonly packed: Buffer,
    extras: number,
    private readonly width: number,
  ) {
    this.extraBytes = extras === 0 ? 0 : (width - KEY_BYTES) / extras;
    this.keys = new Uint32Array(packed.length / width);
    for (let position = 0; position < this.keys.length; position++)
      this.keys[position] = packed.readUInt32LE(position * width);
  }

  get length(): number {
    return this.keys.length;
  }

  /** An extra of an entry, signed if it has four bytes. */
  extraAt(position: number, index: number): number {
    const at = position * this.width + KEY_BYTES + this.extraBytes * index;
    return this.extraBytes === 1 ? this.packed[at]! : this.packed.readInt32LE(at);
  }
}

/** @param width bytes per entry */
export function unpackList(packed: Buffer, extras: number, width: number): Entry[] {
  const entries = new PackedEntries(packed, extras, width);
  return Array.from(entries.keys, (key, position) => ({
    key,
    extras: Array.from({ length: extras }, (_unused, index) => entries.extraAt(position, index)),
  }));
}

/** Bytes of the two numbers of a key, which are stored once per run. */
export const NUMBERS_BYTES = 8;
/** Keys per part of the numbers. */
export const NUMBERS_A_PART = PART_BYTES / NUMBERS_BYTES;

function littleEndian(packed: Uint32Array): Buffer {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

export function unpackNumbers(packed: Buffer): [number, number] {
  return [packed.readUInt32LE(0), packed.readUInt32LE(4)];
}
