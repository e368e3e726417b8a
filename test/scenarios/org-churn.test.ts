import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  roleChanged,
  second,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * Quarry and shore have two members each, none of them active lately; of shore's second member only a
 * role change is known. Ridge never had a member. Union was last active in the last moment before
 * the 7 days, tower in the first moment of them. Valley was created a second before them, water with
 * their first. Uma had left xenia when she was active. Yard is deleted.
 */
const story = scenario([
  ...['ava', 'ben', 'cal', 'dot', 'eve', 'tom', 'uma'].map((id) => userCreated(id, '2024-01-01')),
  ...['quarry', 'ridge', 'tower', 'union', 'xenia', 'yard'].map((id) =>
    orgCreated(id, '2024-06-01'),
  ),
  orgCreated('shore', '2024-05-01'),
  orgCreated('valley', '2025-03-24 23:59:59'),
  orgCreated('water', '2025-03-25 00:00'),
  added('ava', 'quarry', '2024-06-03'),
  added('ben', 'quarry', '2024-06-03'),
  ...active('ava', '2025-02-15'),
  added('cal', 'shore', '2024-06-03'),
  roleChanged('dot', 'shore', '2024-06-04', 'Admin'),
  ...active('dot', '2025-03-10'),
  added('tom', 'tower', '2024-06-03'),
  ...active('tom', '2025-03-25 00:00'),
  added('eve', 'union', '2024-06-03'),
  ...active('eve', '2025-03-24 23:59:59.999'),
  added('uma', 'xenia', '2024-06-03'),
  removed('uma', 'xenia', '2025-03-20'),
  ...active('uma', '2025-03-27'),
  deleted('org', 'yard', '2025-03-01'),
]);

test('7 days list orgs with or without members, more members first, then the older, then the id', async () => {
  const rows = await story.rows('org', 'churn', '7');
  expect(rows.map((row) => [row['org_id'], row['num_users']])).toEqual([
    ['shore', 2],
    ['quarry', 2],
    ['union', 1],
    ['ridge', 0],
    ['xenia', 0],
    ['valley', 0],
  ]);
  expect(rows.at(-1)).toMatchObject({ org_created_at: second('2025-03-24 23:59:59') });
  expect(rows.map((row) => row['extra_properties'])).toEqual(rows.map(() => ({})));
});

test('14 and 30 days omit orgs that were created or active within them', async () => {
  expect(await story.ids('org', 'churn', '14')).toEqual(['shore', 'quarry', 'ridge', 'xenia']);
  expect(await story.ids('org', 'churn', '30')).toEqual(['quarry', 'ridge', 'xenia']);
});
