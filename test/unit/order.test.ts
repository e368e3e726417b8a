import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ScratchBuffers } from '../../libs/reports/engine/scratch-buffers.js';
import { below, positionsOf, positive } from '../../libs/reports/engine/positions.js';
import { greatestFirst, stableSort } from '../../libs/reports/engine/order.js';

const memory = new ScratchBuffers();

const valuesArb = fc
  .constantFrom(1, 300, 2 ** 31 - 1)
  .chain((most) => fc.array(fc.integer({ min: -most, max: most }), { maxLength: 300 }));

test('a sort orders keys by a column, negative values included, and keeps the order of equal ones', () => {
  fc.assert(
    fc.property(
      valuesArb,
      fc.constantFrom('ascending' as const, 'descending' as const),
      (values, direction) => {
        memory.rewind();
        const keys = values.map((_, key) => values.length - 1 - key);
        const sign = direction === 'ascending' ? 1 : -1;
        const expected = keys.toSorted((one, other) => sign * (values[one]! - values[other]!));
        const sorted = stableSort(
          Uint32Array.from(keys),
          Int32Array.from(values),
          direction,
          memory,
        );
        expect([...sorted]).toEqual(expected);
      },
    ),
  );
});

test('greatestFirst returns keys with their counts, ties in the given order', () => {
  memory.rewind();
  const { keys, values } = greatestFirst(
    Uint32Array.of(4, 7, 2, 9),
    Uint32Array.of(1, 70_000, 1, 3),
    memory,
  );
  expect([...keys]).toEqual([7, 9, 4, 2]);
  expect([...values]).toEqual([70_000, 3, 1, 1]);
});

test('a set lists its positions ascending; intersection and difference are those of sets', () => {
  const columnArb = fc.array(fc.nat(3), { minLength: 100, maxLength: 100 });
  fc.assert(
    fc.property(columnArb, columnArb, fc.nat(100), (one, other, from) => {
      memory.rewind();
      const low = below(Uint32Array.from(one), 2, from);
      const some = positive(Uint8Array.from(other));
      const all = one.map((_, position) => position);
      const isLow = (position: number) => position >= from && one[position]! < 2;
      const isPositive = (position: number) => other[position]! > 0;
      expect([...positionsOf(low, memory)]).toEqual(all.filter(isLow));
      expect([...positionsOf(low.and(some), memory)]).toEqual(
        all.filter((position) => isLow(position) && isPositive(position)),
      );
      expect([...positionsOf(low.without(some), memory)]).toEqual(
        all.filter((position) => isLow(position) && !isPositive(position)),
      );
    }),
  );
});
