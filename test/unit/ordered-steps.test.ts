import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ownershipsIn, spansOf } from '../../libs/facts/membership/membership-replay.js';
import { OwnerRoles } from '../../libs/facts/membership/owner-roles.js';
import { ownershipsOf } from '../../libs/facts/membership/ownerships.js';
import { replay } from '../../libs/facts/membership/replay.js';
import { LAST_MS } from '../../libs/contracts/instant.js';
import {
  ReusedSteps,
  orderedSteps,
  packStep,
  unpackSteps,
} from '../../libs/facts/membership/steps.js';
import { versionOf, versionTime } from '../../libs/facts/membership/version.js';

const OWNERS = new OwnerRoles(['Owner', 'Inhaber', 'Chef']);
const roleArb = fc.constantFrom(null, 'Owner', 'Chef', 'Koch', 'Owners', 'Ownes', 'Inhaber', '');
const stepArb = fc.record({
  after: fc.integer({ min: 1, max: 2 ** 40 }),
  kind: fc.constantFrom('add' as const, 'remove' as const, 'role' as const),
  role: roleArb,
});

test('steps read in place give the spans and the ownerships of steps that are unpacked', () => {
  const reused = new ReusedSteps();
  fc.assert(
    fc.property(fc.array(stepArb, { minLength: 1, maxLength: 40 }), (steps) => {
      let at = 0;
      const packed = Buffer.concat(
        steps.map(({ after, kind, role }, index) => {
          at += after;
          return packStep({ version: versionOf({ at, id: `e${index}`, source: 's' }), kind, role });
        }),
      );
      const slice = {
        source: Buffer.concat([Buffer.of(9), packed]),
        start: 1,
        end: packed.length + 1,
      };
      const found = orderedSteps(slice, reused, OWNERS.nameOf)!;
      const withoutRole = ({ role: _role, ...span }: ReturnType<typeof spansOf>[number]) => span;
      expect(replay(found).map(withoutRole)).toEqual(spansOf(packed).map(withoutRole));
      const expected = ownershipsIn(packed, OWNERS.names);
      expect(ownershipsOf(found, OWNERS.names)).toEqual(expected);
      if (expected.length > 0) expect(OWNERS.mayOwn(found)).toBe(true);
    }),
  );
});

test('steps that are not in the order of their times have to be unpacked', () => {
  const source = Buffer.concat([step(2), step(1)]);
  const slice = { source, start: 0, end: source.length };
  expect(orderedSteps(slice, new ReusedSteps(), OWNERS.nameOf)).toBeUndefined();
});

const step = (at: number, id = 'e') =>
  packStep({ version: versionOf({ at, id, source: 's' }), kind: 'add', role: null });
const timeArb = fc.oneof(
  fc.integer({ min: 0, max: LAST_MS }),
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, LAST_MS),
);

test('the order of times and the order of bytes are the same for every time that events can have', () => {
  fc.assert(
    fc.property(fc.array(timeArb, { minLength: 1, maxLength: 6 }), (times) => {
      const source = Buffer.concat(times.map((at, index) => step(at, `e${index}`)));
      const unpacked = unpackSteps(source).map(({ version }) => versionTime(version));
      expect(unpacked).toEqual(times.toSorted((one, other) => one - other));
      const slice = { source, start: 0, end: source.length };
      const inPlace = orderedSteps(slice, new ReusedSteps(), OWNERS.nameOf);
      if (inPlace) expect(inPlace.map(({ at }) => at)).toEqual(unpacked);
    }),
  );
});

test('a version before 1970 is refused: its bytes would sort after all others', () => {
  expect(() => step(-1)).toThrow(/out of range/);
});
