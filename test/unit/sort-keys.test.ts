import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sortedByValue } from '../../libs/reports/api/subject-index/sort-keys.js';

const rowsArb = fc.uniqueArray(
  fc.record({
    key: fc.nat(2 ** 31 - 1),
    value: fc.oneof(fc.nat(3), fc.nat(2 ** 32 - 2), fc.nat(5_000)),
  }),
  { selector: ({ key }) => key, maxLength: 200 },
);

test('keys are sorted by value, with equal values in the given order and nulls last', async () => {
  await fc.assert(
    fc.asyncProperty(
      rowsArb,
      fc.boolean(),
      fc.boolean(),
      async (rows, isDescending, isZeroNull) => {
        const [keys, values] = [
          Uint32Array.from(rows, ({ key }) => key),
          Uint32Array.from(rows, ({ value }) => value),
        ];
        const sorted = await sortedByValue(keys, values, { isDescending, isZeroNull });
        const isLast = ({ value }: { value: number }) => Number(isZeroNull && value === 0);
        const direction = isDescending ? -1 : 1;
        const expected = [...rows].sort(
          (one, other) => isLast(one) - isLast(other) || direction * (one.value - other.value),
        );
        expect([...sorted]).toEqual(expected.map(({ key }) => key));
      },
    ),
  );
});
