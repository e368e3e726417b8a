import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../libs/platform/config/index.js';

describe('HEALTH_WEIGHTS', () => {
  const weights = (text: string) => readSettings({ HEALTH_WEIGHTS: text }).HEALTH_WEIGHTS;

  test('are 40, 25, 20 and 15 by default', () => {
    const expected = { adoption: 40, frequency: 25, trend: 20, recency: 15 };
    expect(readSettings({}).HEALTH_WEIGHTS).toEqual(expected);
    expect(weights('')).toEqual(expected);
  });

  test('are read in the order of the parts, with or without spaces', () => {
    expect(weights('0, 10000 ,007,3')).toEqual({
      ...{ adoption: 0, frequency: 10_000, trend: 7, recency: 3 },
    });
  });

  test.each(['1,2,3', '1,2,3,4,5', '0,0,0,0', '1,2,3,-4', '1,2,3,10001', '1,2,3,1.5', '1,2,,4'])(
    'are refused as %s',
    (text) => expect(() => weights(text)).toThrow(/^HEALTH_WEIGHTS must be four whole numbers/),
  );
});

describe('OWNER_ROLES', () => {
  const roles = (text: string) => readSettings({ OWNER_ROLES: text }).OWNER_ROLES;

  test('are Owner by default', () => {
    expect(readSettings({}).OWNER_ROLES).toEqual(['Owner']);
  });

  test('are read without duplicates; upper and lower case differ', () => {
    expect(roles('Owner, owner,Super Admin,Owner')).toEqual(['Owner', 'owner', 'Super Admin']);
  });

  test.each([',', 'Owner,', ' '])('are refused as %j', (text) =>
    expect(() => roles(text)).toThrow(/^OWNER_ROLES must be a comma-separated list of roles/),
  );
});
