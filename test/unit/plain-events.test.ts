import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EVENT_TYPES, checkBySchema, checkEvent, parseInstant } from '#libs/contracts';

const now = Date.UTC(2026, 0, 31, 12);
const traits = { lists: { user: new Set(['plan']), org: new Set(['plan']) }, isStrict: true };
const context = { now, receivedAt: now, defaultSource: 'test', traits };

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
  fc.anything({ maxDepth: 1, maxKeys: 2 }),
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
const id = some(fc.string({ minLength: 1 }));
const texts = fc.oneof(fc.string(), fc.constantFrom(null, ' ', 'Ada'));
const data = fc.record(
  {
    ...{ user_id: id, org_id: id, inviter_user_id: id, role: id },
    ...{ email: some(texts), invitee_email: some(texts), name: some(texts) },
    ...{ username: some(texts), first_name: some(texts), last_name: some(texts) },
    created_at: some(time),
    signup_query_parameters: some(fc.dictionary(fc.string(), some(fc.string()))),
    traits: some(fc.record({ plan: some(fc.string()), other: odd })),
    more: odd,
  },
  { requiredKeys: ['user_id', 'org_id', 'inviter_user_id'] },
);
const event = fc.record(
  {
    id,
    type: some(fc.constantFrom(...EVENT_TYPES)),
    source: id,
    time: some(time),
    specversion: some(fc.constant('1.0')),
    more: odd,
    data: some(data),
  },
  { requiredKeys: ['id', 'type', 'data'] },
);

const receivedAt = fc.constantFrom(now, -1, now + 3e6);

describe('the fast check of events', () => {
  test('accepts and rejects the same events as the schema', () => {
    fc.assert(
      fc.property(event, receivedAt, (raw, at) => {
        const received = { ...context, receivedAt: at };
        expect(checkEvent(raw, received)).toEqual(checkBySchema(raw, received));
      }),
      { numRuns: 2_000 },
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
