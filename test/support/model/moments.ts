import fc from 'fast-check';
import { EDGE_DAYS, EDGE_TIMES } from './pools.js';
import { DAY_MS } from './time.js';

const FIRST_DAY = 200;

/** A distance from today's start in ms: a day 1 to `maxDays` ago, at any time of that day. */
function agoWithin(maxDays: number): fc.Arbitrary<number> {
  const days = fc.oneof(
    { arbitrary: fc.constantFrom(...EDGE_DAYS.filter((day) => day <= maxDays)), weight: 3 },
    { arbitrary: fc.integer({ min: 1, max: maxDays }), weight: 2 },
  );
  const times = fc.oneof(
    { arbitrary: fc.constantFrom(...EDGE_TIMES), weight: 3 },
    { arbitrary: fc.integer({ min: 0, max: DAY_MS - 1 }), weight: 2 },
  );
  return fc.tuple(days, times).map(([day, time]) => day * DAY_MS - time);
}

export const anyTime = agoWithin(FIRST_DAY);
export const recent = agoWithin(32);
const longAgo = fc.tuple(fc.integer({ min: 62, max: FIRST_DAY }), fc.constantFrom(...EDGE_TIMES));
export const founding = longAgo.map(([day, time]) => day * DAY_MS - time);

/** A `created_at`: its distance from today's start (converted to a date later) and its form. */
export interface Moment {
  ago: number;
  form: 'seconds' | 'rfc3339' | 'rfc3339 whole' | 'rfc3339 offset';
}

export const moment: fc.Arbitrary<Moment> = fc.record({
  ago: fc.oneof({ arbitrary: founding, weight: 3 }, { arbitrary: anyTime, weight: 2 }),
  form: fc.constantFrom('seconds', 'rfc3339', 'rfc3339 whole', 'rfc3339 offset'),
});

export function momentText({ ago, form }: Moment, todayMs: number): string | number {
  const ms = todayMs - ago;
  const seconds = Math.floor(ms / 1000);
  switch (form) {
    case 'seconds':
      return seconds;
    case 'rfc3339':
      return new Date(ms).toISOString();
    case 'rfc3339 whole':
      return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
    case 'rfc3339 offset':
      return new Date(ms + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
  }
}
