import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LosslessNumber, parseJson, writeJson } from '#libs/contracts';

const BIG = '738529527931260425';

describe('JSON is read as JSON.parse reads it', () => {
  test('for any value', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat({ max: 4 }), (text, spaces) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, spaces);
        expect(writeJson(parseJson(spaced))).toBe(writeJson(JSON.parse(spaced)));
      }),
    );
  });

  test('also next to a number that would be rounded', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        const [, other] = parseJson(`[${BIG},${text}]`) as unknown[];
        // -0 keeps its sign as text.
        const plain = JSON.stringify(JSON.parse(text));
        expect(JSON.stringify(JSON.parse(writeJson(other)))).toBe(plain);
      }),
    );
    const odd = `{"n":${BIG},"__proto__":{"a":1},"a":1,"a":2,"price":9.90,"at":1769860800.0}`;
    const read = parseJson(odd) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(['n', '__proto__', 'a', 'price', 'at']);
    expect([read['a'], read['price'], read['at']]).toEqual([2, 9.9, 1_769_860_800]);
  });

  test('and is refused where JSON.parse refuses it', () => {
    for (const text of [`{"a":${BIG}`, `[${BIG},]`, `[${BIG}] x`, `[0${BIG}]`, `["\n",${BIG}]`]) {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    }
    const deep = `[${BIG},${'['.repeat(100_000)}${']'.repeat(100_000)}]`;
    expect(() => parseJson(deep)).toThrow(SyntaxError);
  });
});

describe('numbers keep their digits', () => {
  test.each([BIG, `-${BIG}`, '9007199254740993', '1'.repeat(300)])('%s', (digits) => {
    const read = parseJson(`{"a" : [1, ${digits}]}`) as { a: unknown[] };
    expect(read.a[0]).toBe(1);
    expect(read.a[1]).toEqual(new LosslessNumber(digits));
    expect(writeJson(read)).toBe(`{"a":[1,${digits}]}`);
  });

  test.each(['1.0', '1e5', '1E+5', '1.50', '12e400'])('an id of %s', (written) => {
    for (const name of ['userId', 'group_id', 'id']) {
      const text = `{"${name}":${written}}`;
      expect(writeJson(parseJson(text))).toBe(text);
    }
  });

  test('next to strings full of quotes and backslashes', () => {
    const strings = ['\\', '"', '\\"', `\\\\"${BIG}`, `","id":1.0,"x":"`];
    const text = `{"a":${JSON.stringify(strings)},"id":1.0,"b":[${BIG}],"__proto__":{"id":1e5}}`;
    expect(writeJson(parseJson(text))).toBe(text);
  });

  test('and numbers inside strings stay strings', () => {
    const text = JSON.stringify({ a: `:${BIG}`, b: `{"userId":1.0,"x":[${BIG}]}` });
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});
