import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  second,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * Every org was inactive for long, and one user was active there in the last week: in harbor one of
 * two members; in island one who joined later that day; in jetty one who had left earlier that day;
 * in north one who was never created; in pier one who was deleted a day later; in marsh one
 * who joined in that week, the org being a day older than the week before. Kiosk was active in the
 * week before, lagoon was created on its first day, and ocean is deleted.
 */
const users = ['mia', 'ned', 'oli', 'pam', 'quy', 'rob', 'sue', 'tim', 'vic'];
const story = scenario([
  ...users.map((id) => userCreated(id, '2024-01-01')),
  orgCreated('harbor', '2024-06-02'),
  orgCreated('island', '2024-06-01'),
  orgCreated('jetty', '2024-05-01'),
  orgCreated('kiosk', '2024-05-02'),
  orgCreated('lagoon', '2025-03-18 00:00'),
  orgCreated('marsh', '2025-03-17 23:59:59'),
  orgCreated('north', '2024-06-01'),
  orgCreated('ocean', '2024-06-01'),
  orgCreated('pier', '2024-05-03'),
  added('mia', 'harbor', '2024-06-03'),
  added('ned', 'harbor', '2024-06-03'),
  ...active('mia', '2025-03-27'),
  added('oli', 'island', '2025-03-26 12:00'),
  ...active('oli', '2025-03-26 08:00'),
  added('pam', 'jetty', '2024-06-03'),
  removed('pam', 'jetty', '2025-03-25 10:00'),
  ...active('pam', '2025-03-25 22:00'),
  added('quy', 'kiosk', '2024-06-03'),
  ...active('quy', '2025-03-24 23:59:59', '2025-03-28'),
  added('tim', 'lagoon', '2025-03-19'),
  ...active('tim', '2025-03-28'),
  added('rob', 'marsh', '2025-03-25'),
  ...active('rob', '2025-03-31'),
  added('never created', 'north', '2024-06-03'),
  ...active('never created', '2025-03-29'),
  added('vic', 'ocean', '2024-06-03'),
  ...active('vic', '2025-03-29'),
  deleted('org', 'ocean', '2025-03-30'),
  added('sue', 'pier', '2024-06-03'),
  ...active('sue', '2025-03-26'),
  deleted('user', 'sue', '2025-03-27'),
]);

test('Weekly orders by members, then the older org, then the lower id', async () => {
  const rows = await story.rows('org', 'reengagement', 'Weekly');
  expect(rows.map((row) => [row['org_id'], row['num_users']])).toEqual([
    ['harbor', 2],
    ['island', 1],
    ['north', 1],
    ['marsh', 1],
    ['jetty', 0],
    ['pier', 0],
  ]);
  expect(rows[0]).toMatchObject({ name: 'The harbor', org_created_at: second('2024-06-02') });
  expect(rows.map((row) => row['extra_properties'])).toEqual(rows.map(() => ({})));
});

test('Monthly lists kiosk, inactive in the 30 days before, and omits marsh, which is too young', async () => {
  const expected = ['harbor', 'kiosk', 'island', 'north', 'jetty', 'pier'];
  expect(await story.ids('org', 'reengagement', 'Monthly')).toEqual(expected);
});
