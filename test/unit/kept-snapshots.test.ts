import { expect, test } from '@jest/globals';
import { DAY_MS } from '../../libs/contracts/instant.js';
import { expendable, mostKept } from '../../libs/reports/runs/kept-snapshots.js';

const kept = (hourly: number, daily: number, weekly: number) => ({
  SNAPSHOTS_HOURLY: hourly,
  SNAPSHOTS_DAILY: daily,
  SNAPSHOTS_WEEKLY: weekly,
});
/** Runs every twelve hours, the latest first; run 0 is the second of Sunday, 2025-03-30. */
const LATEST = Date.UTC(2025, 2, 30);
const runs = Array.from({ length: 60 }, (_, id) => {
  return { id, day: LATEST - Math.floor(id / 2) * DAY_MS, isRequested: false };
});
const keptOf = (some: typeof runs, settings: ReturnType<typeof kept>) => {
  const dropped = new Set(expendable(some, settings));
  return some.map(({ id }) => id).filter((id) => !dropped.has(id));
};

test('the latest runs and the last runs of the latest days and weeks are kept', () => {
  expect(keptOf(runs, kept(3, 1, 0))).toEqual([0, 1, 2]);
  expect(keptOf(runs, kept(1, 4, 0))).toEqual([0, 2, 4, 6]);
  // The last runs of the Sundays 30, 23 and 16 March.
  expect(keptOf(runs, kept(1, 1, 3))).toEqual([0, 14, 28]);
});

test('a requested run of a past day is kept until it is old', () => {
  const requested = runs.map((run) => ({ ...run, isRequested: run.id === 41 }));
  expect(keptOf(requested, kept(1, 1, 0))).toEqual([0, 41]);
});

test('the default settings keep at most 144 snapshots', () => {
  expect(mostKept(kept(24, 62, 58))).toBe(144);
});
