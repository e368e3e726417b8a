import { beforeAll, expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import {
  active,
  added,
  deleted,
  orgCreated,
  removed,
  roleChanged,
  buildEvent,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * Ann, Bob and Cid are champions with 4, 3 and 2 days, and acme has grown by two. After the report
 * Ann marries, becomes an admin of acme and joins the den, Bob is deleted, acme is renamed, and late
 * events make Cid the most active of all.
 */
const story = scenario([
  ...['ann', 'bob', 'cid'].map((id) => userCreated(id, '2024-06-01', { last_name: 'Old' })),
  orgCreated('acme', '2024-06-01', { name: 'Acme' }),
  orgCreated('den', '2024-06-01', { name: 'Den' }),
  added('ann', 'acme', '2025-03-05'),
  added('bob', 'acme', '2025-03-05'),
  ...active('ann', '2025-03-05', '2025-03-06', '2025-03-07', '2025-03-08'),
  ...active('bob', '2025-03-05', '2025-03-06', '2025-03-07'),
  ...active('cid', '2025-03-05', '2025-03-06'),
]);

beforeAll(() =>
  story.service().api.ingest([
    buildEvent('user.updated', '2025-04-01', {
      user_id: 'ann',
      last_name: 'New',
      email: 'n@example.com',
    }),
    roleChanged('ann', 'acme', '2025-04-01', 'Admin'),
    added('ann', 'den', '2025-04-01'),
    deleted('user', 'bob', '2025-04-01'),
    buildEvent('org.updated', '2025-04-01', { org_id: 'acme', name: 'Acme & Co' }),
    ...active('cid', '2025-03-10', '2025-03-11', '2025-03-12', '2025-03-13'),
    removed('ann', 'acme', '2025-03-04'),
  ]),
);

test('names, e-mails and orgs are current, ranks and numbers are frozen', async () => {
  const { rows, total_count } = await story.service().api.ranking('user', 'champion', '30');
  expect(rows).toMatchObject([
    {
      ...{ user_id: 'ann', last_name: 'New', email: 'n@example.com' },
      org_data: [
        { org_id: 'acme', display_name: 'Acme & Co', user_role: 'Admin' },
        { org_id: 'den', display_name: 'Den', user_role: 'Member' },
      ],
      extra_properties: { num_active_days: 4 },
    },
    { user_id: 'cid', last_name: 'Old', extra_properties: { num_active_days: 2 } },
  ]);
  // The list is as long as it was; only the row of the deleted user is not shown.
  expect([rows.length, total_count]).toEqual([2, 3]);
});

test('a page keeps its position when a row of an earlier page is no longer shown', async () => {
  const { api } = story.service();
  const query = 'report_interval=30&page_size=1&page_number=';
  const pages = await Promise.all([0, 1, 2].map((n) => api.page('user', 'champion', query + n)));
  expect(pages.map(({ body }) => body.user_reports!.map((row) => row['user_id']))).toEqual([
    ...[['ann'], [], ['cid']],
  ]);
  expect(pages.map(({ body }) => body.has_more_results)).toEqual([true, true, false]);
});

test('the numbers of an org are frozen, its name is current', async () => {
  const { rows } = await story.service().api.ranking('org', 'growth', '30');
  expect(rows).toMatchObject([
    {
      ...{ org_id: 'acme', name: 'Acme & Co', num_users: 2 },
      extra_properties: { num_users_added: 2, num_users_removed: 0 },
    },
  ]);
});

test('the next report of the same day includes the late events', async () => {
  await story.service().api.run('2025-03-31');
  const { rows, total_count } = await story.service().api.ranking('user', 'champion', '30');
  expect(rows.map((row) => [row['user_id'], row['extra_properties']])).toEqual([
    ['cid', { num_active_days: 6 }],
    ['ann', { num_active_days: 4 }],
  ]);
  // Bob was deleted after the day, so the list has him; his row is never shown.
  expect(total_count).toBe(3);
  const growth = await story.service().api.ranking('org', 'growth', '30');
  expect(growth.rows).toMatchObject([
    { num_users: 2, extra_properties: { num_users_added: 2, num_users_removed: 1 } },
  ]);
});
