import { expect, test } from '@jest/globals';
import type * as OrgThreads from '../../libs/reports/engine/org-thread.js';
import { PairTable } from '../../libs/reports/engine/pair-table.js';
import { tallyOrgs } from '../../libs/reports/engine/org-tallies.js';

// The compiled file, because a worker thread cannot run TypeScript.
const COMPILED = '../../dist/libs/reports/engine/org-thread.js';
const { OrgThread } = (await import(COMPILED)) as typeof OrgThreads;

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
    ...{ day: DAY, until: DAY * DAY_MS + 60_000 },
    spans: {
      users: shared(Int32Array, users),
      orgs: shared(Int32Array, each(0)),
      openedAt: shared(Float64Array, each((DAY - 40) * DAY_MS), 8),
      endedAt: shared(Float64Array, each(Infinity), 8),
      from: shared(Int32Array, each(DAY - 40)),
      to: shared(Int32Array, each(2 ** 30)),
      added: shared(Int32Array, each(DAY - 40)),
    },
    count: members,
    named: undefined,
    ignored: undefined,
    openSpans: shared(Uint32Array, each(0)),
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
  expect([...few.rows]).toEqual([1, 1 << 8, 0, 2, 2, 2, 0, 0, 0, 0, 2, 2, 2]);
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
    openedAt: shared(Float64Array, [0, 0], 8),
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

/** The counts of W(7), W(30) and P(30) of the org 0, after tallying spans of [user, first day ago, last day ago]. */
function activeUsers(
  spans: readonly (readonly [user: number, from: number, to: number])[],
  words: readonly number[],
) {
  const each = <V>(value: (span: (typeof spans)[number]) => V) => spans.map(value);
  const one = {
    ...tallying(1),
    spans: {
      users: shared(
        Int32Array,
        each(([user]) => user),
      ),
      orgs: shared(
        Int32Array,
        each(() => 0),
      ),
      openedAt: shared(
        Float64Array,
        each(([, from]) => (DAY - from) * DAY_MS),
        8,
      ),
      endedAt: shared(
        Float64Array,
        each(([, , to]) => (to < 0 ? Infinity : (DAY - to) * DAY_MS)),
        8,
      ),
      from: shared(
        Int32Array,
        each(([, from]) => DAY - from),
      ),
      to: shared(
        Int32Array,
        each(([, , to]) => (to < 0 ? 2 ** 30 : DAY - to)),
      ),
      added: shared(
        Int32Array,
        each(([, from]) => DAY - from),
      ),
    },
    count: spans.length,
    activity: shared(Uint32Array, words),
    openSpans: shared(Uint32Array, [0, 0, 0]),
  };
  tallyOrgs(one);
  return { counts: [...one.rows.subarray(FIELDS - 3)], open: [...one.openSpans] };
}

const EVERY_DAY = [-1, -1, (1 << 26) - 1];
const OPEN = -1;

test('a user with several memberships of an org counts once', () => {
  const spans = [
    [0, 50, 40],
    [0, 35, 20],
    [0, 10, OPEN],
    [1, 80, OPEN],
  ] as const;
  expect(activeUsers(spans, [...EVERY_DAY, ...EVERY_DAY])).toEqual({
    counts: [2, 2, 2],
    open: [1, 1, 0],
  });
});

test('only the days of a membership count, and the windows include their first and last days', () => {
  const on = (...ages: number[]) => {
    const words = [0, 0, 0];
    for (const age of ages) words[Math.floor(age / 32)]! |= 1 << (age % 32);
    return words;
  };
  const always = [0, 89, OPEN] as const;
  const of = (...ages: number[]) => activeUsers([always], on(...ages)).counts;
  expect([of(0), of(6), of(7), of(29), of(30), of(59), of(60), of(6, 30)]).toEqual([
    ...[
      [1, 1, 0],
      [1, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 0],
      [1, 1, 1],
    ],
  ]);
  // Active between two memberships, and before the second.
  const twice = [
    [0, 40, 35],
    [0, 20, OPEN],
  ] as const;
  expect(activeUsers(twice, on(30, 25)).counts).toEqual([0, 0, 0]);
  expect(activeUsers(twice, on(35, 20)).counts).toEqual([0, 1, 1]);
});
