import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import { active, deleted, second, userCreated } from '../support/model/fixtures/builders.js';

/*
 * Ann is active on the first and the last day of the 30, on the last also after the second of the
 * report, and many times on one day between: 3 days. Bea too has 3: she joined on one of them.
 * Kim and Lou were active on 03-20 only; Kim also two days after the report, so the report knows no
 * more of her than the day. Max joined on 03-20 and came back after the report: he is listed by his
 * creation. Old was active on the day before the 30 and the first day of the 60. Gus is deleted.
 */
const story = scenario([
  ...['ann', 'kim', 'lou', 'old', 'gus', 'idle'].map((id) => userCreated(id, '2024-06-01')),
  userCreated('bea', '2025-03-08'),
  userCreated('max', '2025-03-20 15:00'),
  ...active('ann', '2025-03-02 00:00', '2025-03-15 08:00', '2025-03-15 09:00', '2025-03-15 23:59'),
  ...active('ann', '2025-03-31 10:00', '2025-03-31 23:59:59.999'),
  ...active('bea', '2025-03-09', '2025-03-10'),
  ...active('kim', '2025-03-20 10:00', '2025-04-02'),
  ...active('lou', '2025-03-20 09:00'),
  ...active('max', '2025-04-03'),
  ...active('old', '2025-03-01 23:59:59.999', '2025-01-31 00:00'),
  ...active('gus', '2025-03-11', '2025-03-12', '2025-03-13', '2025-03-14'),
  deleted('user', 'gus', '2025-03-30'),
]);

test('30 days order by active days, then by last activity as of the report’s day', async () => {
  const rows = await story.rows('user', 'champion', '30');
  const listed = rows.map((row) => [
    row['user_id'],
    row['extra_properties'],
    row['last_active_at'],
  ]);
  expect(listed).toEqual([
    ['ann', { num_active_days: 3 }, second('2025-03-31 23:59:59')],
    ['bea', { num_active_days: 3 }, second('2025-03-10')],
    ['max', { num_active_days: 1 }, second('2025-03-20 15:00')],
    ['lou', { num_active_days: 1 }, second('2025-03-20 09:00')],
    ['kim', { num_active_days: 1 }, second('2025-03-20 00:00')],
  ]);
});

test('60 days reach one window further back, 90 days list no other user', async () => {
  const expected = ['ann', 'bea', 'old', 'max', 'lou', 'kim'];
  expect(await story.ids('user', 'champion', '60')).toEqual(expected);
  expect((await story.rows('user', 'champion', '60'))[2]).toMatchObject({
    last_active_at: second('2025-03-01 23:59:59'),
    extra_properties: { num_active_days: 2 },
  });
  expect(await story.ids('user', 'champion', '90')).toEqual(expected);
});
