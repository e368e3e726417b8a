import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import moment from 'moment-timezone';
import { Calendar, DAY_MS, WEEK_STARTS, sameZone, zoneProblem } from '#libs/contracts';

const FIRST = Date.UTC(1970, 0, 2);
/** Later rules differ between editions of the time-zone database. */
const LAST = Date.UTC(2024, 0, 1);
const ZONES = [
  ...['America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'],
  ...['America/Sao_Paulo', 'America/St_Johns', 'Africa/Casablanca', 'Africa/Monrovia'],
];

/** The date of an instant, by a library with a time-zone database of its own. */
const dateOf = (zone: string, ms: number) =>
  Math.floor((ms - moment.tz.zone(zone)!.utcOffset(ms) * 60_000) / DAY_MS) * DAY_MS;

/** Instants at random, and around the changes of the zone's offset. */
function instants(zone: string): fc.Arbitrary<number> {
  const changes = moment.tz.zone(zone)!.untils.filter((at) => at > FIRST && at < LAST);
  const near = fc
    .tuple(fc.constantFrom(...(changes.length > 0 ? changes : [FIRST])), fc.integer(), fc.nat())
    .map(([at, sign, by]) => Math.max(FIRST, at + (sign < 0 ? -1 : 1) * (by % (2 * DAY_MS))));
  return fc.oneof(fc.integer({ min: FIRST, max: LAST }), near);
}

describe.each(ZONES)('in %s', (zone) => {
  const calendar = new Calendar(zone);

  test('the day of an instant is its local date', () => {
    fc.assert(
      fc.property(instants(zone), (ms) => {
        return calendar.dayOf(ms) === dateOf(zone, ms);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a day begins at the first instant whose date is not earlier, and is over when no such date follows', () => {
    fc.assert(
      fc.property(instants(zone), (ms) => {
        const day = calendar.dayOf(ms);
        const [start, settled] = [calendar.startOf(day), calendar.settledFrom(day)];
        expect(start).toBeLessThanOrEqual(ms);
        expect(dateOf(zone, start)).toBeGreaterThanOrEqual(day);
        expect(dateOf(zone, settled)).toBeGreaterThanOrEqual(day);
        expect(dateOf(zone, start - 1)).toBeLessThan(day);
        expect(dateOf(zone, settled - 1)).toBeLessThan(day);
        const minutes = Array.from({ length: 30 * 60 }, (_, minute) => minute * 60_000);
        expect(minutes.every((by) => calendar.dayOf(start - 1 - by) < day)).toBe(true);
        expect(minutes.every((by) => calendar.dayOf(settled + by) >= day)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('the intervals of a range of days contain exactly the instants on them', () => {
    fc.assert(
      fc.property(
        instants(zone),
        fc.integer({ min: 1, max: 40 }),
        instants(zone),
        (ms, days, other) => {
          const range = { from: calendar.dayOf(ms), before: calendar.dayOf(ms) + days * DAY_MS };
          const intervals = calendar.intervalsOf(range);
          for (const at of [ms, other]) {
            const isWithin = intervals.some(({ from, before }) => at >= from && at < before);
            const date = dateOf(zone, at);
            expect(isWithin).toBe(date >= range.from && date < range.before);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('in UTC, days are those of UTC', () => {
  const calendar = new Calendar();
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 45 }), (ms) => {
      const day = Math.floor(ms / DAY_MS) * DAY_MS;
      expect(calendar.dayOf(ms)).toBe(day);
      expect([calendar.startOf(day), calendar.settledFrom(day)]).toEqual([day, day]);
      expect(calendar.intervalsOf({ from: day, before: day + DAY_MS })).toEqual([
        { from: day, before: day + DAY_MS },
      ]);
    }),
  );
});

test('a date that the zone skipped has no instant, and reports of the day before it end where it would begin', () => {
  const calendar = new Calendar('Pacific/Apia');
  const skipped = Date.UTC(2011, 11, 30);
  expect([
    calendar.has(skipped - DAY_MS),
    calendar.has(skipped),
    calendar.has(skipped + DAY_MS),
  ]).toEqual([...[true, false, true]]);
  const change = Date.parse('2011-12-30T10:00:00Z');
  expect(calendar.startOf(skipped)).toBe(change);
  expect(calendar.lastSecondOf(skipped - DAY_MS)).toBe(change - 1000);
});

test('a day of which a minute is repeated begins with the first one', () => {
  // On 2010-11-07, clocks went back from 00:01 to 23:01 of the day before.
  const calendar = new Calendar('America/St_Johns');
  const day = Date.UTC(2010, 10, 7);
  const change = Date.parse('2010-11-07T02:31:00Z');
  expect([calendar.startOf(day), calendar.settledFrom(day)]).toEqual([
    change - 60_000,
    change + 3_540_000,
  ]);
  expect([calendar.dayOf(change - 1), calendar.dayOf(change)]).toEqual([day, day - DAY_MS]);
});

test('weeks begin on the day of the setting', () => {
  const days = { monday: 1, sunday: 0, saturday: 6 };
  for (const weekStart of WEEK_STARTS) {
    const calendar = new Calendar('UTC', weekStart);
    for (let day = -30; day < 30; day++) {
      const start = calendar.startOfWeek(day * DAY_MS);
      expect(new Date(start).getUTCDay()).toBe(days[weekStart]);
      expect(day * DAY_MS - start).toBeGreaterThanOrEqual(0);
      expect(day * DAY_MS - start).toBeLessThan(7 * DAY_MS);
    }
  }
});

test('zones are known by their IANA names', () => {
  expect(zoneProblem('America/New_York')).toBeUndefined();
  for (const wrong of ['', 'Mars/Olympus', '+05:30', 'New York', 'America/New_York\n'])
    expect(zoneProblem(wrong)).toMatch(/IANA/);
  expect(sameZone('Asia/Calcutta', 'Asia/Kolkata')).toBe(true);
  expect(sameZone('Etc/UTC', 'utc')).toBe(true);
  expect(sameZone('Europe/London', 'UTC')).toBe(false);
});
