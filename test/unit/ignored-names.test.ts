import { expect, test } from '@jest/globals';
import { IgnoredNames } from '../../libs/ingest/pipeline/ignored-names.js';

test('names match in any case, as a whole, or by their beginning before a star', () => {
  const ignored = new IgnoredNames(['Heartbeat', 'debug *', 'ÄRGER', 'a*b']);
  const matches = ['heartbeat', 'HEARTBEAT', 'Debug ', 'DEBUG panel opened', 'ärger', 'A*B'];
  const others = ['Heartbeats', ' heartbeat', 'Debug', 'debugging', '', 'a-b', 'a*bc'];
  expect(matches.filter((name) => !ignored.includes(name))).toEqual([]);
  expect(others.filter((name) => ignored.includes(name))).toEqual([]);
  expect(ignored.includes(undefined)).toBe(false);
});

test('a star alone matches every name, and no names match nothing', () => {
  expect(new IgnoredNames(['*']).includes('')).toBe(true);
  expect(new IgnoredNames(['*']).includes(undefined)).toBe(false);
  expect(new IgnoredNames([]).includes('')).toBe(false);
});
