import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareLists } from '../../libs/reports/api/comparison.js';
import { movedIds } from '../support/model/changes.js';

const keys = (text: string) => Uint32Array.from(text, (letter) => letter.charCodeAt(0));
const moved = (before: string, after: string) =>
  Array.from(compareLists(keys(after), keys(before)).moved, (place) => after[place]).join('');

describe('a row’s change', () => {
  test.each([
    ['not when rows entered above it', 'abcd', 'xyabcd', ''],
    ['not when rows left from above it', 'abcdef', 'cdef', ''],
    ['not when as many entered as left', 'abcd', 'xbcd', ''],
    ['when it changed places with another', 'abcd', 'abdc', 'dc'],
    ['when it fell further than entries explain', 'abcde', 'xbcdea', 'a'],
    ['when it rose although rows entered above it', 'abcdefgh', 'xyhabcdefg', 'habcdefg'],
    ['not when it fell by fewer places than entered above', 'abc', 'xyzbac', 'a'],
  ])('%s', (_when, before, after, expected) => {
    expect(moved(before, after)).toBe(expected);
  });

  test('equals the slow model’s for any lists', () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 25 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const { moved: places } = compareLists(Uint32Array.from(after), Uint32Array.from(before));
        const names = (numbers: number[]) => numbers.map(String);
        expect(Array.from(places, (place) => String(after[place]))).toEqual(
          movedIds(names(before), names(after)),
        );
      }),
    );
  });
});
