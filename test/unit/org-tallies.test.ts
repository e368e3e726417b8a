import { describe, expect, test } from '@jest/globals';
import { ActivityBitmaps } from '../../libs/reports/engine/activity-bitmaps.js';
import { namedActivity } from '../../libs/reports/engine/named-activity.js';
import { PairTable } from '../../libs/reports/engine/pair-table.js';
import { tallyOrgs } from '../../libs/reports/engine/org-tallies.js';
import { ScratchBuffers } from '../../libs/reports/engine/scratch-buffers.js';

const DAY_MS = 86_400_000;
const FIELDS = 18;
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
    // The later user keys have the lower ids.
    ranks: shared(Uint32Array, users.toReversed()),
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

test('a member counts as active, as added and as the champion', () => {
  const two = tallying(2);
  tallyOrgs(two);
  // Active today and on the first day; activity before the membership does not count. Added within 60 days, not 30.
  // The user with the lower rank is the champion, with one day, and has stayed.
  expect([...two.rows]).toEqual([
    ...[1, 1 << 8, 0, 2, 2, 2, 0, 0, 0, 0],
    ...[2, 2, 2, 0, 2, 2],
    ...[1, (1 << 1) | 1],
  ]);
});

test('activity that names an org counts there alone, and other activity in every org', () => {
  // User 0 is in the orgs 0 and 1 and was active today, yesterday and the day before that.
  const one = tallying(1);
  const pairs = new PairTable();
  pairs.add(0, 1);
  pairs.add(0, 7);
  const activity = ActivityBitmaps.over(shared(Uint32Array, [0b111, 0, 0]));
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
    ...{ spans, count: 2, rows, activity: activity.words },
    // The org 1 today, an org that the user is not in yesterday.
    named: namedActivity(
      pairs,
      shared(Uint32Array, [0, 0, 0, 0b001, 0, 0, 0b010, 0, 0]),
      activity,
      new ScratchBuffers(),
    ),
  });
  expect([rows[0], rows[FIELDS]]).toEqual([0b100, 0b101]);
});

type Membership = readonly [user: number, from: number, to: number];

/** Tallies memberships of the org 0, which are [user, first day ago, last day ago]. */
function tallied(memberships: readonly Membership[], words: readonly number[], ranks = [0, 1, 2]) {
  const each = <V>(value: (membership: Membership) => V) => memberships.map(value);
  const ints = (value: (membership: Membership) => number) => shared(Int32Array, each(value));
  const instants = (value: (membership: Membership) => number) =>
    shared(Float64Array, each(value), 8);
  const tally = {
    ...tallying(1),
    spans: {
      users: ints(([user]) => user),
      orgs: ints(() => 0),
      openedAt: instants(([, from]) => (DAY - from) * DAY_MS),
      endedAt: instants(([, , to]) => (to < 0 ? Infinity : (DAY - to) * DAY_MS)),
      from: ints(([, from]) => DAY - from),
      to: ints(([, , to]) => (to < 0 ? 2 ** 30 : DAY - to)),
      added: ints(([, from]) => DAY - from),
    },
    ...{ count: memberships.length, activity: shared(Uint32Array, words) },
    ...{ openSpans: shared(Uint32Array, [0, 0, 0]), ranks: shared(Uint32Array, ranks) },
  };
  tallyOrgs(tally);
  const { rows, openSpans } = tally;
  const [last7, last14, last30, before14, before30, userDays, user, state] = rows.subarray(10);
  return {
    open: [...openSpans],
    active: { last7, last14, last30, before14, before30 },
    userDays,
    champion: { user, days: state! >>> 1, stayed: state! & 1 },
  };
}

const EVERY_DAY = [-1, -1, (1 << 26) - 1];
const OPEN = -1;

/** The words of days, given by their ages. */
function daysOf(...ages: number[]): number[] {
  const words = [0, 0, 0];
  for (const age of ages) words[Math.floor(age / 32)]! |= 1 << (age % 32);
  return words;
}

const range = (from: number, before: number) =>
  Array.from({ length: before - from }, (_, index) => from + index);

describe('the active users of an org', () => {
  test('a user with several memberships of an org counts once', () => {
    const memberships: Membership[] = [
      [0, 50, 40],
      [0, 35, 20],
      [0, 10, OPEN],
      [1, 80, OPEN],
    ];
    expect(tallied(memberships, [...EVERY_DAY, ...EVERY_DAY])).toMatchObject({
      active: { last7: 2, last14: 2, last30: 2, before14: 2, before30: 2 },
      // Of the first user the days 0 to 10 and 20 to 29.
      ...{ userDays: 21 + 30, open: [1, 1, 0] },
    });
  });

  test('only the days of a membership count, and the windows include their first and last days', () => {
    const of = (...ages: number[]) => {
      const { active, userDays } = tallied([[0, 89, OPEN]], daysOf(...ages));
      return [...Object.values(active), userDays];
    };
    expect([of(0), of(6), of(7), of(13), of(14), of(27), of(28)]).toEqual([
      [1, 1, 1, 0, 0, 1],
      [1, 1, 1, 0, 0, 1],
      [0, 1, 1, 0, 0, 1],
      [0, 1, 1, 0, 0, 1],
      [0, 0, 1, 1, 0, 1],
      [0, 0, 1, 1, 0, 1],
      [0, 0, 1, 0, 0, 1],
    ]);
    expect([of(29), of(30), of(31), of(32), of(59), of(60), of(6, 30)]).toEqual([
      [0, 0, 1, 0, 0, 1],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0, 0],
      [1, 1, 1, 0, 1, 1],
    ]);
  });

  test('activity between two memberships, or before the second, does not count', () => {
    const twice: Membership[] = [
      [0, 40, 35],
      [0, 20, OPEN],
    ];
    expect(tallied(twice, daysOf(30, 25)).active).toMatchObject({ last30: 0, before30: 0 });
    expect(tallied(twice, daysOf(35, 20)).active).toMatchObject({ last30: 1, before30: 1 });
  });
});

describe('the champion of an org', () => {
  const always: Membership[] = [
    [0, 89, OPEN],
    [1, 89, OPEN],
  ];
  const championOf = (...[memberships, words, ranks]: Parameters<typeof tallied>) =>
    tallied(memberships, words, ranks).champion;

  test('is the user with the most days in P(30)', () => {
    // The first user has more days in all, of them 5 in P(30).
    const words = [...daysOf(...range(0, 35), ...range(60, 89)), ...daysOf(30, 40, 50, 51, 58, 59)];
    expect(championOf(always, words)).toEqual({ user: 1, days: 6, stayed: 0 });
  });

  test('has the lower id among users with as many days', () => {
    const words = [...daysOf(13, ...range(30, 35)), ...daysOf(14, ...range(40, 45))];
    expect(championOf(always, words, [7, 8])).toEqual({ user: 0, days: 5, stayed: 1 });
    expect(championOf(always, words, [8, 7])).toEqual({ user: 1, days: 5, stayed: 0 });
    expect(championOf(always.toReversed(), words, [7, 8])).toMatchObject({ user: 0 });
    expect(championOf(always.toReversed(), words, [8, 7])).toMatchObject({ user: 1 });
  });

  test('has stayed when a membership is open and one of the last 14 days was active', () => {
    const stayed = (memberships: Membership[], age: number) =>
      championOf(memberships, daysOf(age, ...range(30, 36))).stayed;
    expect([13, 14].map((age) => stayed([[0, 89, OPEN]], age))).toEqual([1, 0]);
    // A membership that ended, active until its last day.
    expect(stayed([[0, 89, 3]], 5)).toBe(0);
    const cameBack: Membership[] = [
      [0, 89, 20],
      [0, 10, OPEN],
    ];
    // The days of all memberships count.
    expect(championOf(cameBack, daysOf(5, 12, ...range(30, 36)))).toEqual({
      ...{ user: 0, days: 6, stayed: 1 },
    });
    expect(stayed(cameBack, 12)).toBe(0);
    expect(stayed(cameBack.toReversed(), 5)).toBe(1);
  });

  test('is none without activity in P(30)', () => {
    expect(championOf(always, [...daysOf(29, 60), ...daysOf(0)])).toEqual({
      ...{ user: 0, days: 0, stayed: 0 },
    });
  });
});
