import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Calendar, checkEvent, readTime } from '#libs/contracts';
import { eventsOfRow } from '../../libs/ingest/import/csv/rows.js';

const iso = (value: unknown) => {
  const read = readTime(value);
  return 'ms' in read ? new Date(read.ms).toISOString() : read.problem;
};
const NOON = '2026-01-31T12:00:00.000Z';
const MIDNIGHT = '2026-01-31T00:00:00.000Z';

describe('one moment in many forms', () => {
  test.each<[unknown, string]>([
    ['2026-01-31T12:00:00Z', NOON],
    ['2026-01-31t12:00:00z', NOON],
    ['2026-01-31T12:00:00.000Z', NOON],
    ['2026-01-31T12:00:00,000Z', NOON],
    ['2026-01-31T12:00Z', NOON],
    ['2026-01-31T12:00', NOON],
    ['2026-01-31 12:00:00', NOON],
    ['2026-01-31 12:00:00 UTC', NOON],
    ['2026-01-31 12:00:00UTC', NOON],
    ['2026-01-31T12:00:00 GMT', NOON],
    ['2026-01-31T13:00:00+01:00', NOON],
    ['2026-01-31T13:00:00+0100', NOON],
    ['2026-01-31T13:00:00+01', NOON],
    ['2026-01-31 17:30:00 +0530', NOON],
    ['2026-01-31T06:30-05:30', NOON],
    ['2026-02-01T02:00:00+14:00', NOON],
    ['2026-01-31T12:00:00-00:00', NOON],
    [' 2026-01-31T12:00:00Z\r', NOON],
    [1_769_860_800, NOON],
    ['1769860800', NOON],
    ['1769860800.000', NOON],
    [1_769_860_800_000, NOON],
    ['1769860800000', NOON],
    ['2026-01-31', MIDNIGHT],
    ['20260131', MIDNIGHT],
    [20_260_131, MIDNIGHT],
    [' 20260131 ', MIDNIGHT],
    ['20260131.0', MIDNIGHT],
  ])('%j', (value, expected) => expect(iso(value)).toBe(expected));
});

describe('the finest digits', () => {
  test.each<[unknown, string]>([
    [1_769_860_800.123, '2026-01-31T12:00:00.123Z'],
    ['1769860800.123456', '2026-01-31T12:00:00.123Z'],
    [1_769_860_800_123.9, '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.100Z'],
    ['2026-01-31T12:00:00.123999999+00:00', '2026-01-31T12:00:00.123Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2016-12-31T23:59:60.999Z', '2016-12-31T23:59:59.999Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['1970-01-01T02:00:00+02:00', '1970-01-01T00:00:00.000Z'],
    [100_000, '1970-01-02T03:46:40.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%j is %s', (value, expected) => expect(iso(value)).toBe(expected));
});

describe('an invalid time is refused with the reason', () => {
  const NO_TIME = /^must be a time such as/;
  test.each<[unknown, RegExp]>([
    [undefined, NO_TIME],
    [null, NO_TIME],
    [true, NO_TIME],
    [[1_769_860_800], NO_TIME],
    [{}, NO_TIME],
    [10n, NO_TIME],
    ['', NO_TIME],
    [' ', NO_TIME],
    ['yesterday', NO_TIME],
    ['2026-01', NO_TIME],
    ['31.01.2026', NO_TIME],
    ['01/31/2026', NO_TIME],
    ['2026-1-31', NO_TIME],
    ['2026-02-30', NO_TIME],
    ['2025-02-29T00:00:00Z', NO_TIME],
    ['2026-13-01', NO_TIME],
    ['2026-00-10', NO_TIME],
    ['0000-01-01', NO_TIME],
    ['0001-01-01T00:00:00Z', NO_TIME],
    ['+012026-01-31T12:00:00Z', NO_TIME],
    ['2026-01-31T24:00:00Z', NO_TIME],
    ['2026-01-31T12:60:00Z', NO_TIME],
    ['2026-01-31T12:00:61Z', NO_TIME],
    ['2026-01-31T12:00:00+24:00', NO_TIME],
    ['2026-01-31T12:00:00+01:60', NO_TIME],
    ['2026-01-31T12:00:00 CET', NO_TIME],
    ['2026-01-31+01', NO_TIME],
    ['20260131T120000Z', NO_TIME],
    ['1e9', NO_TIME],
    ['0x7fffffff', NO_TIME],
    [`2026-01-31T12:00:00.${'1'.repeat(1_000)}Z`, NO_TIME],
    [Number.NaN, NO_TIME],
    [Number.POSITIVE_INFINITY, NO_TIME],
    [-1, /before 1970/],
    ['-1', /before 1970/],
    ['1969-12-31T23:59:59Z', /before 1970/],
    ['1970-01-01T00:00:00+00:01', /before 1970/],
    ['1969-12-31', /before 1970/],
    ['19691231', /before 1970/],
    [0, /spreadsheets/],
    ['0', /spreadsheets/],
    [46_053, /spreadsheets/],
    ['46053.5', /spreadsheets/],
    [99_999.9, /spreadsheets/],
    [2026, /spreadsheets/],
    ['202601', /month/],
    [202_601, /month/],
    [20_260_230, /no such day/],
    ['31012026', /no such day/],
    ['00000000', /no such day/],
    ['9999-12-31T23:59:59-00:01', /year 9999/],
    [253_402_300_800_000, /year 9999/],
    ['1769860800123456', /year 9999/],
    [1e300, /year 9999/],
    ['9'.repeat(60), /year 9999/],
  ])('%j', (value, reason) => expect(iso(value)).toMatch(reason));
});

const moments = fc
  .date({ min: new Date('1973-03-04'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.getTime());

test('every form of a moment is the same moment', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: -23 * 60, max: 23 * 60 }), (ms, offset) => {
      const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const two = (value: number) => String(value).padStart(2, '0');
      const sign = offset < 0 ? '-' : '+';
      const forms = [
        new Date(ms).toISOString(),
        new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC'),
        `${local}${sign}${two(hours)}:${two(minutes)}`,
        `${local}${sign}${two(hours)}${two(minutes)}`,
        ms,
        String(ms),
        String(ms / 1000),
      ];
      for (const form of forms) expect([form, readTime(form)]).toEqual([form, { ms }]);
      const seconds = Math.floor(ms / 1000);
      const isDay = String(seconds).length === 8;
      if (!isDay) expect(readTime(seconds)).toEqual({ ms: seconds * 1000 });
    }),
  );
});

test('parsing any text gives a time between 1970 and 9999 or a refusal, and never throws', () => {
  const odd = fc.oneof(fc.anything(), fc.string(), fc.double(), fc.nat().map(String), fc.bigInt());
  fc.assert(
    fc.property(odd, (value) => {
      const read = readTime(value);
      if ('ms' in read) expect(new Date(read.ms).toISOString()).toMatch(/^\d{4}-/);
      else expect(read.problem).toMatch(/^(?:must|has)/);
    }),
    { numRuns: 2_000 },
  );
});

describe('every input parses times in the same way', () => {
  const now = Date.UTC(2026, 1, 1);
  const context = { now, receivedAt: now, defaultSource: 'test' };
  const FORMS = [
    '2026-01-31 12:00:00+0000',
    1_769_860_800,
    '1769860800000',
    '2026-01-31T12:00 UTC',
  ];
  const WRONG = [46_053, '46053', '20260230', -1, '9999-12-31', '2026-02-30', 1e300];

  test.each(['user.created', 'org.created', 'user.active'])('the time of %s', (type) => {
    const data = { user_id: 'u', email: 'u@x.example', org_id: 'o', name: 'O' };
    const check = (time: unknown) => checkEvent({ id: 'e', type, time, data }, context);
    for (const form of FORMS) {
      expect(check(form)).toMatchObject({ event: { at: Date.parse(NOON) } });
    }
    for (const form of WRONG)
      expect(check(form)).toMatchObject({ errors: { time: [expect.any(String)] } });
  });

  test('created_at', () => {
    const check = (created_at: unknown) =>
      checkEvent(
        { id: 'e', type: 'org.created', data: { org_id: 'o', name: 'O', created_at } },
        context,
      );
    for (const form of FORMS) {
      expect(check(form)).toMatchObject({ event: { data: { created_at: Date.parse(NOON) } } });
    }
    for (const form of WRONG) {
      expect(Object.keys((check(form) as { errors: object }).errors)).toEqual(['data.created_at']);
    }
  });

  test('an event without a time of its own', () => {
    const event = { id: 'e', type: 'user.deleted', data: { user_id: 'u' } };
    for (const receivedAt of [-1, now + 11 * 60_000]) {
      expect(checkEvent(event, { ...context, receivedAt })).toMatchObject({
        errors: { time: [expect.any(String)] },
      });
    }
  });

  test('rows of a spreadsheet', () => {
    const day = (cell: string) =>
      eventsOfRow('activity', { user_id: 'u', day: cell }, now, new Calendar());
    for (const form of FORMS) {
      expect(day(String(form))).toMatchObject({ events: [{ time: NOON }] });
    }
    expect(day('20260131')).toMatchObject({ events: [{ time: MIDNIGHT }] });
    for (const form of ['202601311200', 20_260_131_120_000, '202601.0', '46053.0']) {
      expect(day(String(form))).toMatchObject({ errors: { day: [expect.any(String)] } });
    }
    for (const form of ['46053', '20260230', '9'.repeat(20)]) {
      expect(day(form)).toMatchObject({ errors: { day: [expect.any(String)] } });
    }
  });
});
