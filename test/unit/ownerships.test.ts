import { describe, expect, test } from '@jest/globals';
import { ownershipsOf } from '../../libs/facts/membership/ownerships.js';
import type { TimedStep } from '../../libs/facts/membership/replay.js';

const add = (at: number, role: string | null = null): TimedStep => ({ at, kind: 'add', role });
const remove = (at: number): TimedStep => ({ at, kind: 'remove', role: null });
const change = (at: number, role: string): TimedStep => ({ at, kind: 'role', role });
const OWNERS = new Set(['Owner', 'Founder']);

/** The ownerships as pairs of a start and an end. */
function ownerships(steps: TimedStep[], closedAt?: number, roles: ReadonlySet<string> = OWNERS) {
  return ownershipsOf(steps, roles, closedAt).map(({ from, to }) => [from, to]);
}

describe('the ownerships of a user in an org', () => {
  test('begin and end with the role', () => {
    expect(
      ownerships([add(1), change(2, 'Owner'), change(5, 'Admin'), change(7, 'Owner')]),
    ).toEqual([
      [2, 5],
      [7, Infinity],
    ]);
  });

  test('continue from one role of owners to another, and when an addition names no role', () => {
    expect(ownerships([add(1, 'Owner'), change(2, 'Founder'), add(3), remove(4)])).toEqual([
      [1, 4],
    ]);
  });

  test('end with an addition that names another role', () => {
    expect(ownerships([add(1, 'Owner'), add(3, 'Member')])).toEqual([[1, 3]]);
  });

  test('begin with the first step when the start of the membership is unknown', () => {
    expect(ownerships([change(5, 'Owner')])).toEqual([[5, Infinity]]);
    expect(ownerships([add(1), remove(2), remove(3), change(5, 'Owner'), remove(6)])).toEqual([
      [5, 6],
    ]);
  });

  test('may have no length', () => {
    expect(ownerships([add(4, 'Owner'), change(4, 'Admin')])).toEqual([[4, 4]]);
  });

  test('are not kept by a member who left and came back without a role', () => {
    expect(ownerships([add(1, 'Owner'), remove(2), add(3)])).toEqual([[1, 2]]);
  });

  test('end with the deletion of the user or of the org', () => {
    expect(ownerships([add(1, 'Owner')], 8)).toEqual([[1, 8]]);
    expect(ownerships([add(1, 'Owner'), remove(2)], 8)).toEqual([[1, 2]]);
    expect(ownerships([], 8)).toEqual([]);
  });

  test('include memberships without a role when Member is a role of owners', () => {
    const roles = new Set(['Member']);
    expect(ownerships([remove(3)], undefined, roles)).toEqual([[3, 3]]);
    expect(ownerships([add(1), remove(2), remove(3)], undefined, roles)).toEqual([[1, 2]]);
    expect(ownerships([remove(3)])).toEqual([]);
  });
});
