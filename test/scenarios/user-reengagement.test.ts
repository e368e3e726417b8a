import { expect, test } from '@jest/globals';
import { AS_OF, scenario } from '../support/scenario.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  second,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * Ada, Bo and Cy come back in the last week after long silence, Bo and Cy in the same second. Di was
 * away for the 30 days before the last 30, but not for the week before the last. Ed was created on
 * the day before that week and is back; Fi was created on its first day. Gus is back and deleted.
 * Hal was active in both weeks, Ivy in neither.
 */
const story = scenario([
  ...['ada', 'bo', 'cy', 'di', 'gus', 'hal', 'ivy'].map((id) => userCreated(id, '2024-06-01')),
  userCreated('ed', '2025-03-17 23:59:59'),
  userCreated('fi', '2025-03-18 00:00'),
  orgCreated('acme', '2024-06-01', { name: 'Acme' }),
  added('ada', 'acme', '2024-07-01', 'Admin'),
  ...active('ada', '2025-03-31 10:00'),
  ...active('bo', '2025-03-30 10:00:00.100'),
  ...active('cy', '2025-03-30 10:00:00.900'),
  ...active('di', '2025-03-24 23:59:59', '2025-03-31 12:00'),
  ...active('ed', '2025-03-25 00:00'),
  ...active('fi', '2025-03-26'),
  ...active('gus', '2025-03-30'),
  deleted('user', 'gus', `${AS_OF} 08:00`),
  ...active('hal', '2025-03-01', '2025-03-18 00:00', '2025-03-27'),
]);

test('Weekly lists users inactive in the week before and active in the last, by last activity', async () => {
  expect(await story.ids('user', 'reengagement', 'Weekly')).toEqual(['ada', 'bo', 'cy', 'ed']);
});

test('Monthly lists users inactive in the 30 days before and active in the last 30', async () => {
  expect(await story.ids('user', 'reengagement', 'Monthly')).toEqual(['di', 'ada', 'bo', 'cy']);
});

test('a row has the profile and the orgs of the user, and no extra properties', async () => {
  const [row] = await story.rows('user', 'reengagement', 'Weekly');
  expect(row).toMatchObject({
    user_id: 'ada',
    email: 'ada@example.com',
    user_created_at: second('2024-06-01'),
    last_active_at: second('2025-03-31 10:00'),
    org_data: [{ org_id: 'acme', display_name: 'Acme', user_role: 'Admin' }],
  });
  expect(row!['extra_properties']).toEqual({});
});
