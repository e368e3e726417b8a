import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import {
  active,
  deleted,
  invited,
  second,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * Lena invites Kim three times, however the address is written, and Lou once: 2 invitees of 30 days.
 * Omar invites two in the 30 days, one on the day before them and one on the last day of the 60.
 * Pia and Pib invite one each and were last active in the same second; Pia had also invited one in
 * the first second of the 90 days. Rex invites many and is deleted. The ghost was never created.
 * Sam invites one a second after the report.
 */
const story = scenario([
  ...['lena', 'omar', 'pia', 'pib', 'rex', 'sam'].map((id) => userCreated(id, '2024-06-01')),
  invited('lena', 'kim@example.com', '2025-03-02 00:00'),
  invited('lena', 'KIM@Example.com', '2025-03-03'),
  invited('lena', ' kim@example.com ', '2025-03-04'),
  invited('lena', 'lou@example.com', '2025-03-31 23:59:59'),
  ...active('lena', '2025-03-10'),
  invited('omar', 'one@example.com', '2025-03-05'),
  invited('omar', 'two@example.com', '2025-03-06'),
  invited('omar', 'three@example.com', '2025-03-01 23:59:59.999'),
  invited('omar', 'four@example.com', '2025-01-31 00:00'),
  ...active('omar', '2025-03-20'),
  invited('pia', 'kim@example.com', '2025-03-07'),
  invited('pia', 'new@example.com', '2025-01-01 00:00'),
  ...active('pia', '2025-03-05 10:00:00.100'),
  invited('pib', 'kim@example.com', '2025-03-08'),
  ...active('pib', '2025-03-05 10:00:00.900'),
  ...['a', 'b', 'c', 'd', 'e'].map((who) => invited('rex', `${who}@example.com`, '2025-03-09')),
  deleted('user', 'rex', '2025-03-15'),
  invited('ghost', 'kim@example.com', '2025-03-09'),
  invited('sam', 'kim@example.com', '2025-04-01 00:00:00'),
]);

test('30 days order by distinct invitees, then last activity, then the id', async () => {
  expect(await story.rows('user', 'top_inviter', '30')).toMatchObject([
    {
      user_id: 'omar',
      last_active_at: second('2025-03-20'),
      extra_properties: { num_invites: 2 },
    },
    { user_id: 'lena', extra_properties: { num_invites: 2 } },
    { user_id: 'pia', extra_properties: { num_invites: 1 } },
    { user_id: 'pib', extra_properties: { num_invites: 1 } },
  ]);
});

test.each([
  ['60', [4, 2, 1, 1]],
  ['90', [4, 2, 2, 1]],
])('%s days count the older invites as well', async (interval, invites) => {
  const rows = await story.rows('user', 'top_inviter', interval);
  expect(rows.map((row) => row['user_id'])).toEqual(['omar', 'lena', 'pia', 'pib']);
  expect(rows.map((row) => row['extra_properties'])).toEqual(
    invites.map((num_invites) => ({ num_invites })),
  );
});
