import { expect, test } from '@jest/globals';
import { OrgThread } from '#libs/reports';
import { PairTable } from '../../libs/reports/engine/pair-table.js';
import { tallyOrgs } from '../../libs/reports/engine/org-tallies.js';

const DAY_MS = 86_400_000;
const MASK_WORDS = 3;
const FIELDS = 13;
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

test('activity that names an org counts there alone, and other activity in every org', () => {
  // User 0 is in the orgs 0 and 1 and was active today, yesterday and the day before that.
  const one = tallying(1);
  const pairs = new PairTable();
  pairs.add(1, 0, 1);
  pairs.add(2, 0, 7);
  const spans = {
    ...one.spans,
    users: shared(Int32Array, [0, 0]),
    orgs: shared(Int32Array, [0, 1]),
    toldAt: shared(Float64Array, [0, 0], 8),
    endedAt: shared(Float64Array, [Infinity, Infinity], 8),
    from: shared(Int32Array, [DAY - 40, DAY - 40]),
    to: shared(Int32Array, [2 ** 30, 2 ** 30]),
    added: shared(Int32Array, [DAY - 40, DAY - 40]),
  };
  const rows = shared(Uint32Array, new Array<number>(2 * FIELDS).fill(0));
  tallyOrgs({
    ...one,
    ...{ spans, count: 2, rows, activity: shared(Uint32Array, [0b111, 0, 0]) },
    named: {
      pairs: pairs.columns,
      // The org 1 today, an org that the user is not in yesterday.
      words: shared(Uint32Array, [0, 0, 0, 0b001, 0, 0, 0b010, 0, 0]),
      unnamed: shared(Uint32Array, [0b100, 0, 0]),
      naming: shared(Uint32Array, [1]),
    },
  });
  expect([rows[0], rows[FIELDS]]).toEqual([0b100, 0b101]);
});
