import { describe, expect, test } from '@jest/globals';
import { replay, type TimedStep } from '../../libs/facts/membership/replay.js';

const add = (at: number, role: string | null = null): TimedStep => ({ at, kind: 'add', role });
const remove = (at: number): TimedStep => ({ at, kind: 'remove', role: null });
const change = (at: number, role: string): TimedStep => ({ at, kind: 'role', role });
const span = (from: number, to: number, role: string, openedAt: number, isAddition: boolean) => ({
  ...{ from, to, role, openedAt, isAddition },
});

describe('membership replay', () => {
  test('an addition opens a span; a second one only sets the role', () => {
    expect(replay([add(1, 'Owner'), add(5), add(7, 'Admin')])).toEqual([
      span(1, Infinity, 'Admin', 1, true),
    ]);
  });

  test('a removal closes the span; without one it has no effect', () => {
    expect(replay([add(1), remove(4), remove(6), add(9)])).toEqual([
      span(1, 4, 'Member', 1, true),
      span(9, Infinity, 'Member', 9, true),
    ]);
  });

  test('a removal as the first step ends a span with an unknown start', () => {
    expect(replay([remove(3)])).toEqual([span(-Infinity, 3, 'Member', 3, false)]);
  });

  test('a role change of a non-member opens a span that reaches back to the latest removal', () => {
    expect(replay([change(5, 'Admin')])).toEqual([span(-Infinity, Infinity, 'Admin', 5, false)]);
    expect(replay([add(1), remove(2), remove(4), change(5, 'Admin')])).toEqual([
      span(1, 2, 'Member', 1, true),
      span(4, Infinity, 'Admin', 5, false),
    ]);
  });

  test('a deletion closes the open span alone', () => {
    expect(replay([add(1), remove(2), add(3)], 8)).toEqual([
      span(1, 2, 'Member', 1, true),
      span(3, 8, 'Member', 3, true),
    ]);
    expect(replay([], 8)).toEqual([]);
  });
});
