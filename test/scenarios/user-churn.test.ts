import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import { active, deleted, second, userCreated } from '../support/model/fixtures/builders.js';

/*
 * Ida was last active in the last second before the 7 days, Jon was created on that day. Kay was
 * created, and Leo active, in the first second of them. Max was active on 03-10 and again after the
 * report, Meg in the very second that Max's day began. Noa was never seen after her creation, Oz was
 * deleted in the second of the report.
 */
const story = scenario([
  ...['ida', 'leo', 'max', 'meg', 'noa', 'oz'].map((id) => userCreated(id, '2024-06-01')),
  userCreated('jon', '2025-03-24'),
  userCreated('kay', '2025-03-25 00:00'),
  ...active('ida', '2025-03-24 23:59:59'),
  ...active('leo', '2025-03-25 00:00'),
  ...active('max', '2025-03-10 17:00', '2025-04-02'),
  ...active('meg', '2025-03-10 00:00:00'),
  deleted('user', 'oz', '2025-03-31 23:59:59'),
]);

test('7 days order by last activity, then the lower id', async () => {
  const rows = await story.rows('user', 'churn', '7');
  expect(rows.map((row) => [row['user_id'], row['last_active_at']])).toEqual([
    ['ida', second('2025-03-24 23:59:59')],
    ['jon', second('2025-03-24')],
    ['max', second('2025-03-10 00:00')],
    ['meg', second('2025-03-10 00:00')],
    ['noa', second('2024-06-01')],
  ]);
  expect(rows.map((row) => row['extra_properties'])).toEqual(rows.map(() => ({})));
});

test('14 and 30 days omit users who were active within them', async () => {
  expect(await story.ids('user', 'churn', '14')).toEqual(['max', 'meg', 'noa']);
  expect(await story.ids('user', 'churn', '30')).toEqual(['noa']);
});
