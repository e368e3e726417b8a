import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Calendar, WEEKDAYS, type SubscriptionSchedule } from '#libs/contracts';
import { retryAfter } from '../../libs/subscriptions/delivery/retries.js';
import { nextMoment } from '../../libs/subscriptions/schedule/moments.js';
import { partsOf } from '../../libs/subscriptions/steps/parts.js';
import { nextDue } from '../support/model/schedules.js';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const at = (text: string) => Date.parse(text);

describe('the next moment of a schedule', () => {
  const berlin = new Calendar('Europe/Berlin');

  test('is undefined for every run', () => {
    expect(nextMoment({ every: 'run' }, berlin, at('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  test('of a time that the zone skips is after the gap', () => {
    const moment = nextMoment({ daily: '02:30' }, berlin, at('2026-03-28T12:00:00Z'));
    expect(moment).toBe(at('2026-03-29T01:00:00Z'));
    expect(nextMoment({ daily: '02:30' }, berlin, moment!)).toBe(at('2026-03-30T00:30:00Z'));
  });

  test('of a time that the zone repeats is the first of both', () => {
    const moment = nextMoment({ daily: '02:30' }, berlin, at('2026-10-24T12:00:00Z'));
    expect(moment).toBe(at('2026-10-25T00:30:00Z'));
    expect(nextMoment({ daily: '02:30' }, berlin, moment!)).toBe(at('2026-10-26T01:30:00Z'));
  });

  test('does not exist on a date that the zone skips', () => {
    const apia = new Calendar('Pacific/Apia');
    const moment = nextMoment({ daily: '09:00' }, apia, at('2011-12-29T20:00:00Z'));
    expect(moment).toBe(at('2011-12-30T19:00:00Z'));
  });

  test('is that of the model', () => {
    const schedules = fc
      .record({
        minutes: fc.integer({ min: 0, max: 1_439 }),
        weekday: fc.constantFrom(undefined, ...WEEKDAYS),
      })
      .map(({ minutes, weekday }): Exclude<SubscriptionSchedule, { every: 'run' }> => {
        const two = (number: number) => String(number).padStart(2, '0');
        const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
        return weekday === undefined ? { daily: time } : { weekly: weekday, at: time };
      });
    const instants = fc.integer({ min: at('2020-01-01'), max: at('2027-01-01') });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), schedules, instants, (zone, schedule, now) => {
        const moment = nextMoment(schedule, new Calendar(zone), now);
        expect(moment).toBe(nextDue(schedule, zone, now));
      }),
    );
  });
});

test('retries follow the delays, a little later each, and then end', () => {
  expect(retryAfter(1, [5, 300], 0)).toBe(5);
  expect(retryAfter(2, [5, 300], 1)).toBeCloseTo(330);
  expect(retryAfter(3, [5, 300])).toBeUndefined();
  expect(retryAfter(1, [])).toBeUndefined();
});

test('a message with more rows than fit into one is divided into parts', () => {
  expect(partsOf(0)).toEqual([{ number: 1, of: 1, first: 0, rows: 0 }]);
  expect(partsOf(1_001)).toEqual([
    { number: 1, of: 2, first: 0, rows: 1_000 },
    { number: 2, of: 2, first: 1_000, rows: 1 },
  ]);
});
