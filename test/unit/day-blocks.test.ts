import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DayBlocks, isMarked } from '#libs/facts';

const DAY_MS = 86_400_000;
const markArb = fc.record({
  day: fc.nat(3).map((day) => day * DAY_MS),
  key: fc.oneof(fc.nat(40), fc.nat(9_000)),
});
const marksArb = fc.array(markArb, { maxLength: 60 });

/** Each day and key once, in order. */
function sorted(marks: readonly { day: number; key: number }[]): [day: number, key: number][] {
  const pairs = new Map(marks.map(({ day, key }) => [`${day}/${key}`, [day, key] as const]));
  return [...pairs.values()]
    .map(([day, key]): [number, number] => [day, key])
    .sort(([oneDay, one], [otherDay, other]) => oneDay - otherDay || one - other);
}

test('keys that are cleared are removed, and with the last key its block and day', () => {
  fc.assert(
    fc.property(marksArb, marksArb, (marks, removed) => {
      const blocks = new DayBlocks();
      for (const { day, key } of marks) blocks.add(day, key);
      const stored = new DayBlocks();
      for (const { day, key } of removed) stored.add(day, key);
      const [days, numbers, bits] = stored.columns();
      for (const [index, day] of days.entries())
        blocks.clear(Date.parse(day), numbers[index]!, Buffer.from(bits[index]!, 'hex'));
      const left = marks.filter(({ day, key }) => !stored.has(day, key));
      const found = [...blocks.keys].flatMap(([day, keys]) => keys.map((key) => ({ day, key })));
      expect(sorted(found)).toEqual(sorted(left));
      expect(found.length).toBe(sorted(left).length);
      expect(blocks.isEmpty).toBe(left.length === 0);
      for (const [index, hex] of blocks.columns()[2].entries()) {
        const block = blocks.columns()[1][index]!;
        const isAny = (key: number) => isMarked(Buffer.from(hex, 'hex'), key);
        expect(left.some(({ key }) => key >> 12 === block && isAny(key))).toBe(true);
      }
    }),
  );
});
