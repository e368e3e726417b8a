import { describe, expect, test } from '@jest/globals';
import { LosslessNumber, readWhere } from '#libs/contracts';

describe('conditions', () => {
  test('keep the form in which they were given', () => {
    const where = [
      ['trait.plan', 'is', ['pro', 1, true]],
      ['trait.plan', 'is_not', 'pro'],
      ['trait.seats', 'gte', 1.5],
      ['trait.a.b', 'set'],
      ['signup.__proto__', 'unset'],
    ];
    expect(readWhere(where)).toEqual({ where });
    expect(readWhere([])).toEqual({ where: [] });
  });

  test('have numbers in double precision and no negative zero', () => {
    const exact = new LosslessNumber('9007199254740993');
    expect(readWhere([['trait.seats', 'is', [exact, -0]]])).toEqual({
      where: [['trait.seats', 'is', [2 ** 53, 0]]],
    });
    const { at } = readWhere([
      ['role', 'set'],
      ['trait.seats', 'lte', new LosslessNumber(`1${'0'.repeat(400)}`)],
    ]) as { at: number };
    expect(at).toBe(1);
  });

  test('count characters in code points', () => {
    const has = (text: string) => 'where' in readWhere([['role', 'is', text]]);
    expect([has('🙂'.repeat(1_000)), has('🙂'.repeat(1_001)), has('a'.repeat(1_001))]).toEqual([
      ...[true, false, false],
    ]);
    expect('where' in readWhere([['🙂'.repeat(255), 'set']])).toBe(true);
    expect('where' in readWhere([['🙂'.repeat(256), 'set']])).toBe(false);
  });

  test.each([
    [null],
    ['x'],
    [{}],
    [[{}]],
    [[[]]],
    [[['role']]],
    [[['role', 'set', 1, 2]]],
    [[[null, 'set']]],
  ])('refuse %j', (given) => {
    expect(readWhere(given)).toMatchObject({ problem: expect.stringMatching(/^must /) });
  });
});
