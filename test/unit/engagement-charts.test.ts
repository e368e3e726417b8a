import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Calendar, DAY_MS, parseDay } from '#libs/contracts';
import { bitCount, type BlockRows } from '../../libs/charts/engagement/block-rows.js';
import { rangesOf } from '../../libs/charts/engagement/cohorts.js';
import { Frequency } from '../../libs/charts/engagement/frequency.js';
import { Lifecycle, lifecyclePart } from '../../libs/charts/engagement/lifecycle.js';
import { NO_COHORT, Retention, cohortPart } from '../../libs/charts/engagement/retention.js';
import { Rolling } from '../../libs/charts/engagement/rolling.js';
import { RowPlan, daysBetween } from '../../libs/charts/engagement/row-plan.js';
import { periodsBetween } from '../../libs/charts/periods.js';

const WIDTH = 2;

/** Rows of 64 keys, each a list of keys, in the bit order of stored bitmaps: the highest bit of a byte first. */
function rowsOf(lists: readonly (readonly number[])[]): BlockRows {
  const words = new Uint32Array(lists.length * WIDTH);
  const bytes = new Uint8Array(words.buffer);
  for (const [row, keys] of lists.entries())
    for (const key of keys) bytes[row * WIDTH * 4 + (key >> 3)]! |= 0x80 >> (key & 7);
  return { words, width: WIDTH };
}

function keysOf(words: Uint32Array): number[] {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return Array.from({ length: words.length * 32 }, (_, key) => key).filter(
    (key) => (bytes[key >> 3]! & (0x80 >> (key & 7))) !== 0,
  );
}

const keys = fc.uniqueArray(fc.nat({ max: WIDTH * 32 - 1 }), { maxLength: 12 });

test('the bits of a word are counted', () => {
  expect([0, 1, -1, 0x80000000, 0xf0f0f0f0, 0x12345678].map(bitCount)).toEqual([
    0, 1, 32, 1, 16, 13,
  ]);
});

describe('rolling', () => {
  test('counts a key on the day of its activity and on the n - 1 days after', () => {
    const chart = new Rolling(3, 5);
    // Two days before the chart: key 0 on the first of them, key 1 on the second.
    chart.add(rowsOf([[0], [1], [], [2, 63], [2], [], []]));
    expect(chart.values).toEqual([2, 3, 2, 2, 1]);
  });

  test('a window of one day counts the keys of each day, also when there are more days before', () => {
    const chart = new Rolling(1, 2);
    chart.add(rowsOf([[5], [6], [1, 2], [3]]));
    chart.add(rowsOf([[5], [6], [4], []]));
    expect(chart.values).toEqual([3, 1]);
  });

  test('equals the union of the days, for any window', () => {
    const cases = fc.record({
      window: fc.constantFrom(1, 2, 3, 7, 8, 30),
      days: fc.array(keys, { minLength: 31, maxLength: 50 }),
    });
    fc.assert(
      fc.property(cases, ({ window, days }) => {
        const chart = new Rolling(window, days.length - window + 1);
        chart.add(rowsOf(days));
        const unions = chart.values.map(
          (_, day) => new Set(days.slice(day, day + window).flat()).size,
        );
        expect(chart.values).toEqual(unions);
      }),
    );
  });
});

test('frequency counts the keys by their number of days', () => {
  const days = Array.from({ length: 30 }, (_, day) => {
    const list = [0];
    if (day < 15) list.push(33);
    if (day === 7) list.push(1, 2, 63);
    return list;
  });
  const chart = new Frequency();
  chart.add(rowsOf(days));
  chart.add(rowsOf([[9], ...Array<number[]>(29).fill([])]));
  const expected = Array<number>(30).fill(0);
  Object.assign(expected, { 0: 4, 14: 1, 29: 1 });
  expect(chart.values).toEqual(expected);
});

describe('lifecycle', () => {
  const ever = [0, 1];
  const before = [1, 2];
  const periods = [[0, 2, 40], [40, 41], [], [40, 1]];

  test('divides the keys by the period before and by all activity before', () => {
    const chart = new Lifecycle(periods.length);
    chart.add(rowsOf([ever, before, ...periods]));
    expect(chart.counts).toEqual([
      { active: 3, new: 1, returning: 1, resurrected: 1, dormant: 1 },
      { active: 2, new: 1, returning: 1, resurrected: 0, dormant: 2 },
      { active: 0, new: 0, returning: 0, resurrected: 0, dormant: 2 },
      { active: 2, new: 0, returning: 0, resurrected: 2, dormant: 0 },
    ]);
  });

  test('lists the keys of each part', () => {
    const rows = rowsOf([ever, before, periods[0]!]);
    const part = (name: Parameters<typeof lifecyclePart>[1]) => keysOf(lifecyclePart(rows, name));
    expect(part('active')).toEqual([0, 2, 40]);
    expect(part('new')).toEqual([40]);
    expect(part('returning')).toEqual([2]);
    expect(part('resurrected')).toEqual([0]);
    expect(part('dormant')).toEqual([1]);
  });

  test('the parts add up, and so do the changes, for any activity', () => {
    const cases = fc.array(keys, { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(cases, (lists) => {
        const rows = rowsOf(lists);
        const chart = new Lifecycle(lists.length - 2);
        chart.add(rows);
        for (const [index, counts] of chart.counts.entries()) {
          const [previous, now] = [new Set(lists[index + 1]), new Set(lists[index + 2])];
          const old = new Set(lists.slice(0, index + 2).flat());
          const many = (test: (key: number) => boolean) => [...now].filter(test).length;
          expect(counts).toEqual({
            active: now.size,
            new: many((key) => !old.has(key)),
            returning: many((key) => previous.has(key)),
            resurrected: many((key) => old.has(key) && !previous.has(key)),
            dormant: [...previous].filter((key) => !now.has(key)).length,
          });
          expect(now.size - previous.size).toBe(counts.new + counts.resurrected - counts.dormant);
        }
      }),
    );
  });
});

describe('retention', () => {
  /** The cohorts of 64 keys. */
  function cohortsOf(list: Record<number, number>): Int16Array {
    const cohorts = new Int16Array(WIDTH * 32).fill(NO_COHORT);
    for (const [key, cohort] of Object.entries(list)) cohorts[Number(key)] = cohort;
    return cohorts;
  }

  test('counts the active keys of each cohort, from its own period to the last one', () => {
    const chart = new Retention(3, 4);
    const cohorts = cohortsOf({ 0: 0, 1: 0, 40: 1, 63: 2 });
    // Key 40 is active before its cohort, key 5 is in no cohort.
    chart.add(rowsOf([[0, 40, 5], [1, 40], [0, 1, 5], [63]]), cohorts);
    chart.add(rowsOf([[], [], [], []]), cohortsOf({ 7: 2 }));
    expect(chart.sizes).toEqual([2, 1, 2]);
    expect([0, 1, 2].map((cohort) => chart.activeOf(cohort))).toEqual([
      [1, 1, 2, 0],
      [1, 0, 0],
      [0, 1],
    ]);
  });

  test('has at most 13 cells in a row, and none for a cohort after the last period', () => {
    const chart = new Retention(3, 2);
    chart.add(rowsOf([[1], [1]]), cohortsOf({ 1: 2 }));
    expect([chart.sizes, chart.activeOf(2)]).toEqual([[0, 0, 1], []]);
    const long = new Retention(1, 20);
    long.add(rowsOf(Array<number[]>(20).fill([3])), cohortsOf({ 3: 0 }));
    expect(long.activeOf(0)).toEqual(Array<number>(13).fill(1));
  });

  test('lists the keys of a cohort that are active, or are not', () => {
    const [cohort, row] = [rowsOf([[1, 2, 50]]).words, rowsOf([[2, 3]]).words];
    expect(keysOf(cohortPart(cohort, row, 'active'))).toEqual([2]);
    expect(keysOf(cohortPart(cohort, row, 'inactive'))).toEqual([1, 50]);
    expect(keysOf(cohortPart(cohort, row, undefined))).toEqual([1, 2, 50]);
  });
});

describe('the instants of cohorts', () => {
  const of = (start: string, end: string, calendar: Calendar) => {
    const days = periodsBetween('Daily', parseDay(start)!, parseDay(end)!, calendar)!;
    return rangesOf(days, calendar).map(({ from, value }) => [new Date(from).toISOString(), value]);
  };

  test('each period begins where the one before ends', () => {
    expect(of('2025-03-08', '2025-03-10', new Calendar('America/New_York'))).toEqual([
      ['2025-03-08T05:00:00.000Z', 0],
      ['2025-03-09T05:00:00.000Z', 1],
      ['2025-03-10T04:00:00.000Z', 2],
      ['2025-03-11T04:00:00.000Z', NO_COHORT],
    ]);
  });

  test('a period has two ranges where the zone repeats an hour across midnight', () => {
    // Clocks in Newfoundland went back at 00:01.
    expect(of('2006-10-28', '2006-10-29', new Calendar('America/St_Johns'))).toEqual([
      ['2006-10-28T02:30:00.000Z', 0],
      ['2006-10-29T02:30:00.000Z', 1],
      ['2006-10-29T02:31:00.000Z', 0],
      ['2006-10-29T03:30:00.000Z', 1],
      ['2006-10-30T03:30:00.000Z', NO_COHORT],
    ]);
  });

  test('instants that no fact has are in none', () => {
    expect(of('1969-12-30', '1970-01-01', new Calendar())).toEqual([
      ['1970-01-01T00:00:00.000Z', 2],
      ['1970-01-02T00:00:00.000Z', NO_COHORT],
    ]);
    expect(of('1900-01-01', '1900-01-02', new Calendar())).toEqual([]);
    expect(of('9999-12-31', '9999-12-31', new Calendar()).map(([, value]) => value)).toEqual([
      0,
      NO_COHORT,
    ]);
  });
});

describe('the rows of days', () => {
  const day = (text: string) => parseDay(text)!;

  test('each month has a row, whatever its length, and other days have none', () => {
    const months = periodsBetween('Monthly', day('2024-02-10'), day('2024-04-01'), new Calendar());
    const plan = new RowPlan(months!, true);
    const rows = ['2024-01-31', '2024-02-01', '2024-02-29', '2024-03-31', '2024-04-30'];
    expect(rows.map((text) => plan.rowOf(day(text)))).toEqual([undefined, 1, 1, 2, 3]);
    expect([plan.rows, plan.rowOf(day('2024-05-01'))]).toEqual([4, undefined]);
  });

  test('days before 1970 have rows', () => {
    const plan = new RowPlan(daysBetween(-2 * DAY_MS, DAY_MS));
    expect([-2, -1, 0, 1, 2].map((one) => plan.rowOf(one * DAY_MS))).toEqual([
      ...[0, 1, 2, 3],
      undefined,
    ]);
  });
});
