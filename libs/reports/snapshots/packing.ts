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
  const width = entryBytes(extras.length);
  const packed = Buffer.allocUnsafe(keys.length * width);
  for (let place = 0; place < keys.length; place++) {
    let at = packed.writeUInt32LE(keys[place]!, place * width);
    for (const values of extras) at = packed.writeInt32LE(values[place]!, at);
  }
  return packed;
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
  const packed = Buffer.allocUnsafe(first.length * NUMBERS_BYTES);
  for (let key = 0; key < first.length; key++) {
    packed.writeUInt32LE(first[key]!, key * NUMBERS_BYTES);
    packed.writeUInt32LE(second[key]!, key * NUMBERS_BYTES + FIELD_BYTES);
  }
  return packed;
}

export function unpackNumbers(packed: Buffer): [number, number] {
  return [packed.readUInt32LE(0), packed.readUInt32LE(FIELD_BYTES)];
}
