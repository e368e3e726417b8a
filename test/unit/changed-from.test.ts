import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changedFrom } from '../../libs/facts/membership/changed-from.js';
import { replay, type Span, type TimedStep } from '../../libs/facts/membership/replay.js';

const TIMES = 12;

const stepsArb = fc.array(
  fc.record({
    at: fc.nat(TIMES - 1),
    kind: fc.constantFrom('add' as const, 'remove' as const, 'role' as const),
    role: fc.constant(null),
    isNew: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);
const deletionArb = fc.option(fc.nat(TIMES - 1), { nil: undefined });

/** Whether the pair is a member at each time. */
function membership(steps: readonly TimedStep[], deletedAt: number | undefined): boolean[] {
  const counted = steps.filter(({ at }) => deletedAt === undefined || at <= deletedAt);
  const spans: Span[] = replay(counted, deletedAt);
  return Array.from({ length: TIMES + 1 }, (_, time) =>
    spans.some(({ from, to }) => from <= time && time <= to),
  );
}

test('no membership differs before the first instant that new steps or a deletion can change', () => {
  const property = fc.property(stepsArb, deletionArb, (steps, deletedAt) => {
    const all = steps.toSorted((one, other) => one.at - other.at);
    const known = all.filter(({ isNew }) => !isNew);
    const added = all.filter(({ isNew }) => isNew).map(({ at }) => at);
    const from = changedFrom(all, Math.min(...added, deletedAt ?? Infinity));
    const [before, after] = [membership(known, undefined), membership(all, deletedAt)];
    const differing = before.findIndex((is, time) => is !== after[time]);
    expect(differing === -1 || differing >= from).toBe(true);
  });
  fc.assert(property, { numRuns: 3_000 });
});

test('an addition to an open or an unknown membership changes nothing before it', () => {
  const add = (at: number): TimedStep => ({ at, kind: 'add', role: null });
  expect(changedFrom([add(3), add(7)], 7)).toBe(7);
  expect(changedFrom([add(7)], 7)).toBe(7);
  expect(changedFrom([add(3), { at: 5, kind: 'remove', role: null }, add(7)], 7)).toBe(7);
});
