import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  packList,
  packNumbers,
  unpackList,
  unpackNumbers,
  widthOf,
} from '../../libs/reports/snapshots/packing.js';

/** More words than the entries of any case. */
const ROOM = 1_000;

const entriesArb = fc.array(
  fc.record({ key: fc.nat(2 ** 31 - 1), extras: fc.tuple(fc.nat(255), fc.nat(255)) }),
);

test('a packed list unpacks to its entries, with extras of one byte and of four', () => {
  fc.assert(
    fc.property(entriesArb, fc.constantFrom(1 as const, 4 as const), (entries, extraBytes) => {
      const packed = packList(
        {
          keys: Uint32Array.from(entries, ({ key }) => key),
          extras: [0, 1].map((index) => Uint32Array.from(entries, ({ extras }) => extras[index]!)),
        },
        extraBytes,
        new Uint32Array(ROOM),
      );
      expect(unpackList(packed, 2, widthOf(2, extraBytes))).toEqual(entries);
    }),
  );
});

test('entry 1 of a list of width 5 begins at byte 5, its key little-endian', () => {
  const list = { keys: Uint32Array.of(1, 0x01020304), extras: [Uint32Array.of(7, 9)] };
  expect([...packList(list, 1, new Uint32Array(ROOM))]).toEqual([1, 0, 0, 0, 7, 4, 3, 2, 1, 9]);
});

test('the two numbers of key 2 are at byte 16; keys that are missing have zeros', () => {
  const packed = packNumbers(
    { keys: Uint32Array.of(2), createdAt: Uint32Array.of(5), size: 3 },
    Uint32Array.of(6),
    new Uint32Array(ROOM),
  );
  expect(packed.length).toBe(24);
  expect(unpackNumbers(packed.subarray(0))).toEqual([0, 0]);
  expect(unpackNumbers(packed.subarray(16))).toEqual([5, 6]);
});
