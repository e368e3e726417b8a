import { expect, test } from '@jest/globals';
import { TypeNames } from '../../libs/ingest/statistics/type-names.js';

const sender = { kind: 'webhook', name: 'clerk' } as const;

test('a type of ours, or of no source, is counted by its name', () => {
  const names = new TypeNames();
  for (let made = 0; made < 1_000; made++) names.of(sender, `made up ${made}`, 1);
  expect(names.of(sender, 'user.active', 1)).toBe('user.active');
  expect(names.of(sender, null, 1)).toBe('unknown');
});

test('the invented names of a sender are limited per hour, and do not limit other senders', () => {
  const names = new TypeNames();
  const counted = new Set<string>();
  for (let made = 0; made < 1_000; made++) counted.add(names.of(sender, `made up ${made}`, 1));
  expect(counted.size).toBe(101);
  expect(counted).toContain('other');
  expect(names.of(sender, 'made up 7', 1)).toBe('made up 7');
  expect(names.of({ ...sender, name: 'workos' }, 'made up 700', 1)).toBe('made up 700');
  expect(names.of(sender, 'made up 700', 2)).toBe('made up 700');
});

test('a name is cut to the length that can be stored', () => {
  const names = new TypeNames();
  expect(names.of(sender, 'x'.repeat(1_000), 1)).toBe('x'.repeat(64));
  expect(names.of(sender, 'nul\0', 1)).toBe('nul');
  expect(names.of(sender, `${'x'.repeat(63)}😀`, 1).isWellFormed()).toBe(true);
});
