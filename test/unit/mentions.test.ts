import { describe, expect, test } from '@jest/globals';
import { withoutAddresses } from '../../libs/ingest/dead-letters/addresses.js';
import { MentionBudget, mentionHash, mentionsOf } from '../../libs/ingest/dead-letters/mentions.js';

const ADDRESS = 'ada@example.com';

/** Whether a text mentions another, as a deletion would look for it. */
function isMentioned(text: string, wanted: string): boolean {
  return mentionsOf(text).texts.some((one) => mentionHash(one) === mentionHash(wanted));
}

describe('a mention in a letter', () => {
  const id = 'tenant/é-7';
  test.each([
    ['as it is', JSON.stringify({ user_id: id })],
    ['with an escaped slash', '{"user_id":"tenant\\/é-7"}'],
    ['with an escaped letter', '{"user_id":"tenant/\\u00e9-7"}'],
    ['in capitals, its accent apart', JSON.stringify({ user_id: 'TENANT/E\u0301-7' })],
    ['with blanks around it', JSON.stringify({ user_id: `  ${id}\n` })],
    ['under a misspelt name', JSON.stringify({ org_id: 'acme', userid: id })],
    ['as the name of a member', JSON.stringify({ users: { [id]: { first_name: 'Ada' } } })],
    ['deep in another’s', JSON.stringify({ data: { user_id: 'bob', list: [[{ x: [id] }]] } })],
    ['in JSON in a string', JSON.stringify({ data: JSON.stringify({ user_id: id }) })],
    ['in JSON in a string in a string', JSON.stringify(JSON.stringify(JSON.stringify([id])))],
    ['cut off after it', '{"id":"1","data":{"user_id":"tenant\\/é-7","first_name":"Ad'],
    ['cut off within it', '{"id":"1","data":{"user_id":"tenant/é-7'],
    [
      'cut off in JSON in a string',
      JSON.stringify(JSON.stringify({ user_id: id, x: 1 })).slice(0, 30),
    ],
    ['in a sentence', JSON.stringify({ note: `removed (tenant/é-7), see log` })],
    ['in base64', JSON.stringify({ data_base64: btoa('{"user_id":"tenant/\\u00e9-7"} x') })],
    [
      'in base64 that was cut off',
      JSON.stringify({ x: btoa('{"user_id":"tenant/\\u00e9-7","name":"A').slice(0, -1) }),
    ],
    ['percent-encoded', JSON.stringify({ note: 'id tenant%2F%C3%A9-7 is unknown' })],
  ])('is found %s', (_, text) => {
    expect(isMentioned(text, id)).toBe(true);
  });

  test.each([
    [JSON.stringify({ user_id: 42 }), '42'],
    [JSON.stringify({ list: [[-42]] }), '-42'],
    ['{"user_id": 738529527931260425}', '738529527931260425'],
    ['{"user_id": 4.2e1}', '42'],
    ['user_id: 42', '42'],
  ])('is found as a number: %s', (text, number) => {
    expect(isMentioned(text, number)).toBe(true);
  });

  test.each([
    ADDRESS,
    'Ada@Example.COM',
    `signup-${ADDRESS}`,
    `Ada Lovelace <${ADDRESS}>`,
    `https://example.com/?who=${ADDRESS}&x=1`,
    'https://example.com/?who=ada%40example.com',
    'https://example.com/?next=%2F%3Fwho%3Dada%2540example.com',
    'ada&#64;example.com',
    'ada&#x40;example.com',
    'ada\uFF20example.com',
    `mailto:${ADDRESS}`,
    `${ADDRESS}-2026`,
    `Write to ${ADDRESS}.`,
  ])('is found as an address: %s', (value) => {
    expect(isMentioned(JSON.stringify({ value }), ADDRESS)).toBe(true);
  });

  test('is not found in a text that only begins or ends with it', () => {
    const text = JSON.stringify({ user_id: 'ada-2', email: 'bada@example.com', n: 4200 });
    for (const other of ['ada', ADDRESS, '42', 'ada@example.co']) {
      expect(isMentioned(text, other)).toBe(false);
    }
  });

  test('is marked incomplete when a part of the letter could not be read', () => {
    const long = JSON.stringify({
      list: Array.from({ length: 20_000 }, (_, index) => `id-${index}`),
    });
    const deep = Array.from({ length: 9 }).reduce<string>((text) => JSON.stringify([text]), 'x');
    const rounded = JSON.stringify({ user_id: Number('738529527931260425') });
    for (const text of [long, deep, rounded, 'x'.repeat(1024 * 1024 + 1)]) {
      expect(mentionsOf(text).isComplete).toBe(false);
    }
    expect(mentionsOf(JSON.stringify({ user_id: 'ada', n: 7 })).isComplete).toBe(true);
  });

  test('is stored within a bound for all letters of a request, with some for each letter', () => {
    const budget = new MentionBudget();
    const words = (letter: number) => Array.from({ length: 300 }, (_, i) => `w${letter}x${i}`);
    const letters = Array.from({ length: 10_000 }, (_, letter) => {
      return mentionsOf(
        JSON.stringify({ user_id: `u${letter}`, t: words(letter).join(' ') }),
        budget,
      );
    });
    const count = letters.reduce((sum, { texts }) => sum + texts.length, 0);
    expect(count).toBeLessThan(300_000);
    expect(letters[0]).toMatchObject({ isComplete: true });
    expect(letters.at(-1)).toMatchObject({ isComplete: false });
    expect(letters.at(-1)!.texts).toContain('u9999');
  });

  test('has the end that was cut off', () => {
    expect(mentionsOf('{"user_id":"ad').torn).toBe('ad');
    expect(mentionsOf('{"user_id":"ada"}').torn).toBeUndefined();
  });
});

test('only addresses are removed from a text', () => {
  const text = `{"to":"${ADDRESS}","cc":["<x.y+z@a.b>"],"at":"5 @ 3","last":"q@w`;
  expect(withoutAddresses(text)).toBe('{"to":"","cc":["<>"],"at":"5  3","last":"');
});
