import { expect, test } from '@jest/globals';
import { keyName } from '#libs/contracts';
import { senderName } from '../../libs/platform/access/key-names.js';

test.each([['a'], ['x'.repeat(100)], ['Zoë’s key'], ['😀'.repeat(100)]])(
  'a new key may be named %j',
  (name) => expect(keyName(name)).toBe(name),
);

test.each([[''], [' '], ['x'.repeat(101)], ['a\nb'], ['a\0b'], ['\ud800'], ['a\u202eb']])(
  'a new key may not be named %j',
  (name) => expect(keyName(name)).toBeUndefined(),
);

test('an old name that is too long is always cut in the same way, and other names stay unchanged', () => {
  const long = 'x'.repeat(6_000);
  expect([...senderName(long)]).toHaveLength(255);
  expect(senderName(long)).toBe(senderName('x'.repeat(6_000)));
  expect(senderName(long)).not.toBe(senderName(`${long}y`));
  expect([...senderName('😀'.repeat(300))]).toHaveLength(255);
  for (const name of ['default', 'x'.repeat(255), '😀'.repeat(255)]) {
    expect(senderName(name)).toBe(name);
  }
});
