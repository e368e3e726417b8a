import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOfRows, intoRows } from '../../libs/reports/snapshots/list-rows.js';

const PART_BYTES = 7_920;
/** Three numbers and the length of the entries, at the end of a head. */
const LAST_BYTES = 28;

test('a list becomes a row for each part of it, whose numbers describe the list and the part', () => {
  fc.assert(
    fc.property(
      fc.record({
        total: fc.oneof(fc.nat(3), fc.nat(20_000)),
        width: fc.constantFrom(1, 4, 5, 8),
        before: fc.uint8Array({ minLength: 1, maxLength: 60 }),
      }),
      ({ total, width, before }) => {
        const bytes = total * width;
        const head = Buffer.concat([before, Buffer.alloc(LAST_BYTES)]);
        const room = new Uint32Array(Math.ceil(bytesOfRows(bytes, head.length) / 4));
        const list = Uint8Array.from({ length: bytes }, (_, index) => (index * 7) ^ (index >> 8));
        new Uint8Array(room.buffer).set(list);
        const packed = intoRows(room, { total, width, bytes }, head);
        const rows: Buffer[] = [];
        for (let from = 0; from === 0 || from < bytes; from += PART_BYTES) {
          const part = list.subarray(from, from + PART_BYTES);
          const numbers = Buffer.alloc(LAST_BYTES);
          numbers.writeInt32BE(total, 4);
          numbers.writeInt32BE(width, 12);
          numbers.writeInt32BE(from / width, 20);
          numbers.writeInt32BE(part.length, 24);
          rows.push(Buffer.from(before), numbers, Buffer.from(part));
        }
        const expected = Buffer.concat(rows);
        expect(packed).toBe(expected.length);
        expect(Buffer.from(room.buffer, 0, packed).equals(expected)).toBe(true);
      },
    ),
  );
});
