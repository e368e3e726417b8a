import { expect, test } from '@jest/globals';
import { OrgThread } from '#libs/reports';

const DAY_MS = 86_400_000;
const MASK_WORDS = 3;
const FIELDS = 10;
const MEMBERS = 3;
const DAY = 20_000;

function shared<A extends Int32Array | Float64Array | Uint32Array>(
  array: new (buffer: SharedArrayBuffer) => A,
  values: readonly number[],
  bytes = 4,
): A {
  const made = new array(new SharedArrayBuffer(values.length * bytes));
  made.set(values);
  return made;
}

/** A user who is in the first org since a day, and was active on it and on the day of the report. */
function tallying(members: number) {
  const each = <V>(value: V) => Array.from({ length: members }, () => value);
  const users = Array.from({ length: members }, (_, user) => user);
  return {
    moment: { reportTime: (DAY * DAY_MS) / 1000 + 60, day: DAY },
    spans: {
      users: shared(Int32Array, users),
      orgs: shared(Int32Array, each(0)),
      toldAt: shared(Float64Array, each((DAY - 40) * DAY_MS), 8),
      endedAt: shared(Float64Array, each(Infinity), 8),
      from: shared(Int32Array, each(DAY - 40)),
      to: shared(Int32Array, each(2 ** 30)),
      added: shared(Int32Array, each(DAY - 40)),
    },
    count: members,
    named: undefined,
    activity: shared(
      Uint32Array,
      users.flatMap(() => [1, 1 << 8, 1 << 20]),
    ),
    rows: shared(
      Uint32Array,
      Array.from({ length: FIELDS }, () => 0),
    ),
  };
}

test('concurrent tallies are computed one after the other', async () => {
  const thread = new OrgThread();
  const [few, many] = [tallying(2), tallying(50_000)];
  await Promise.all([thread.tally(many), thread.tally(few)]);
  // Active today and on the first day; activity before the membership does not count. Added within 60 days, not 30.
  expect([...few.rows]).toEqual([1, 1 << 8, 0, 2, 2, 2, 0, 0, 0, 0]);
  expect(many.rows[MEMBERS]).toBe(50_000);
});

test('a failing thread reports its error, and the next one works', async () => {
  const thread = new OrgThread();
  const wrong = { ...tallying(1), spans: undefined as never };
  await expect(thread.tally(wrong)).rejects.toThrow(/undefined/);
  const right = tallying(1);
  await thread.tally(right);
  expect([...right.rows].slice(0, MASK_WORDS)).toEqual([1, 1 << 8, 0]);
});
