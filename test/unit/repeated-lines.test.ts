import { expect, test } from '@jest/globals';
import { Repeats } from '../../libs/platform/logger/repeats.js';

test('a repeated line is written once a minute, with the count of omitted lines', () => {
  const repeats = new Repeats();
  const at = (ms: number) => repeats.admit('trouble', 'trouble {"code":"NOPERM"}', ms);
  expect(at(0)).toEqual({ isWritten: true, dropped: 0 });
  for (let ms = 1; ms <= 500; ms++) expect(at(ms)).toMatchObject({ isWritten: false });
  expect(at(60_000)).toEqual({ isWritten: true, dropped: 500 });
  expect(at(60_001)).toMatchObject({ isWritten: false });
});

test('a message with changing fields is written 20 times a minute at most', () => {
  const repeats = new Repeats();
  const written = Array.from(
    { length: 1_000 },
    (_, index) => repeats.admit('a run waits', `a run waits ${index}`, index).isWritten,
  );
  expect(written.filter(Boolean)).toHaveLength(20);
  expect(repeats.admit('another message', 'another message', 1_000).isWritten).toBe(true);
  expect(repeats.admit('a run waits', 'a run waits again', 60_000).isWritten).toBe(true);
});
