import { endianness } from 'node:os';
import type { RankedList } from '../definitions/index.js';

/**
 * How a ranked list is packed: entry after entry, each its key and its extras, 4 bytes little-endian
 * apiece. So entry i begins at byte i × width, and a page is one substring at any depth.
 */
const FIELD_BYTES = 4;

export function entryBytes(extras: number): number {
  return FIELD_BYTES * (1 + extras);
}

export function packList({ keys, extras }: RankedList): Buffer {
  const fields = 1 + extras.length;
  const packed = new Int32Array(keys.length * fields);
  for (let place = 0; place < keys.length; place++) packed[place * fields] = keys[place]!;
  for (const [index, values] of extras.entries()) {
    for (let place = 0; place < keys.length; place++) {
      packed[place * fields + 1 + index] = values[place]!;
    }
  }
  return littleEndian(packed);
}

export interface Entry {
  key: number;
  extras: number[];
}

export function unpackList(packed: Buffer, extras: number): Entry[] {
  const width = entryBytes(extras);
  return Array.from({ length: packed.length / width }, (_, place) => ({
    key: packed.readUInt32LE(place * width),
    extras: Array.from({ length: extras }, (_unused, index) =>
      packed.readInt32LE(place * width + FIELD_BYTES * (1 + index)),
    ),
  }));
}

/** Bytes of the two numbers that every row of a subject shows, kept once a run for each key. */
export const NUMBERS_BYTES = 2 * FIELD_BYTES;

/** Two numbers for each key, at byte key × 8. */
export function packNumbers(first: Uint32Array, second: Uint32Array): Buffer {
  const packed = new Uint32Array(first.length * 2);
  for (let key = 0; key < first.length; key++) {
    packed[key * 2] = first[key]!;
    packed[key * 2 + 1] = second[key]!;
  }
  return littleEndian(packed);
}

function littleEndian(packed: Int32Array | Uint32Array): Buffer {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

export function unpackNumbers(packed: Buffer): [number, number] {
  return [packed.readUInt32LE(0), packed.readUInt32LE(FIELD_BYTES)];
}
