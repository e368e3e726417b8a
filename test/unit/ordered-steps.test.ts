import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ownershipsIn, spansOf } from '../../libs/facts/membership/membership-replay.js';
import { OwnerRoles } from '../../libs/facts/membership/owner-roles.js';
import { ownershipsOf } from '../../libs/facts/membership/ownerships.js';
import { replay } from '../../libs/facts/membership/replay.js';
import { ReusedSteps, orderedSteps, packStep } from '../../libs/facts/membership/steps.js';
import { versionOf } from '../../libs/facts/membership/version.js';

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
  const step = (at: number) =>
    packStep({ version: versionOf({ at, id: 'e', source: 's' }), kind: 'add', role: null });
  const source = Buffer.concat([step(2), step(1)]);
  const slice = { source, start: 0, end: source.length };
  expect(orderedSteps(slice, new ReusedSteps(), OWNERS.nameOf)).toBeUndefined();
});
