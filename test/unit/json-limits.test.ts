import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isCrowded, shapeProblem } from '../../libs/platform/http/json-limits.js';

const MAX = 500_000;
const bytes = (text: string) => Buffer.from(text);

describe('values are counted before they are parsed', () => {
  const array = (count: number) => `[${Array.from({ length: count }, () => '1').join(',')}]`;
  test.each<[string, string, boolean]>([
    ['as many as fit', array(MAX - 8), false],
    ['more', array(MAX + 1), true],
    ['only brackets', '['.repeat(2 * MAX + 2), true],
    ['only braces', '{"":'.repeat(MAX + 2), true],
    ['more, a line each', '1,\n'.repeat(MAX + 1), true],
    ['marks in a string', `"${',[{'.repeat(MAX)}"`, false],
    ['marks in a string with quotes in it', `"${'\\",'.repeat(MAX)}"`, false],
    ['values after a string that its line cuts off', `"torn\n${array(MAX + 1)}`, true],
    ['a string of the worst case', `"${'\\'.repeat(4 * MAX)}`, false],
  ])('%s', (_what, text, crowded) => {
    for (let shift = 0; shift < 4; shift++) {
      // A body may begin anywhere in memory.
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes(text)]).subarray(shift);
      expect(isCrowded(shifted)).toBe(crowded);
    }
  });

  test('a body within the limit is never refused, whatever its content', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(isCrowded(bytes(JSON.stringify(value)))).toBe(false),
      ),
    );
  });
});

describe('the shape of a value', () => {
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
  const wide = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, null]));
  test.each<[string, unknown, RegExp | undefined]>([
    ['64 levels', nested(64), undefined],
    ['65 levels', nested(65), /deeper than 64 levels/],
    ['65 levels of objects', JSON.parse('{"a":'.repeat(65) + '1' + '}'.repeat(65)), /64 levels/],
    ['hundreds of thousands of levels', nested(400_000), /64 levels/],
    ['10,000 members', [wide(10_000)], undefined],
    ['10,001 members', [wide(10_001)], /more than 10000 members/],
    ['20,000 elements', Array.from({ length: 20_000 }, () => ({})), undefined],
    ['null', null, undefined],
    ['text', 'text', undefined],
  ])('%s', (_what, value, problem) => {
    if (problem) expect(shapeProblem(value)).toMatch(problem);
    else expect(shapeProblem(value)).toBeUndefined();
  });
});
