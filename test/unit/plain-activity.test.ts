import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkBySchema, checkEvent, parseInstant } from '#libs/contracts';

const now = Date.UTC(2026, 0, 31, 12);
const context = { now, receivedAt: now, defaultSource: 'test' };

const odd = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    '\0',
    '\ud800',
    'x'.repeat(255),
    'x'.repeat(256),
    '𝒳'.repeat(200),
    0,
    [],
    {},
  ),
  fc.anything(),
);
const some = (usual: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary: usual }, odd);
const instant = fc.date({ min: new Date(-1e11), max: new Date(now + 3e6), noInvalidDate: true });
const time = fc.oneof(
  instant.map((at) => at.toISOString()),
  instant.map((at) => at.toISOString().replace('.000Z', 'Z')),
  instant.map((at) => at.toISOString().replace('Z', '+02:00')),
  fc.constantFrom(
    '2026-02-30T00:00:00.000Z',
    '2026-01-31t12:00:00.000z',
    '2026-01-31',
    '+012026-01-01T00:00:00.000Z',
  ),
);
const activity = fc.record(
  {
    id: some(fc.string({ minLength: 1 })),
    type: some(fc.constant('user.active')),
    source: some(fc.string({ minLength: 1 })),
    time: some(time),
    specversion: some(fc.constant('1.0')),
    more: fc.anything(),
    data: some(fc.record({ user_id: some(fc.uuid()), more: fc.anything() }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
);

describe('the fast check of activity', () => {
  test('accepts and rejects the same events as the schema', () => {
    fc.assert(
      fc.property(activity, (raw) => {
        expect(checkEvent(raw, context)).toEqual(checkBySchema(raw, context));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the fast parser of instants', () => {
  test('gives the same instant as the general parser', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const text = at.toISOString();
        expect(parseInstant(text)).toBe(parseInstant(text.replace('Z', '+00:00')));
      }),
    );
  });
});
