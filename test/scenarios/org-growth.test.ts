import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import {
  added,
  deleted,
  orgCreated,
  removed,
  roleChanged,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * In the 30 days alpha wins four and loses one of them, bravo wins three: both net 3. India wins two
 * who were never created. Juliet wins two, of whom one is deleted. Charlie and delta win one
 * each, at the first and the last second. Echo wins and loses two, and won another before the 30
 * days. Nothing grows in foxtrot, whose member leaves and comes back, in golf, whose member is added
 * once more, or in hotel, where a role is the first thing known of a member. Kilo grows and is
 * deleted. Zulu, never created, has no row.
 */
const orgs = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo'.split(' ');
const story = scenario([
  ...['u1', 'u2', 'u3', 'u4', 'gone'].map((id) => userCreated(id, '2024-06-01')),
  ...orgs.map((id) => orgCreated(id, '2024-06-01')),
  ...['u1', 'u2', 'u3', 'u4'].map((user) => added(user, 'alpha', '2025-03-05')),
  removed('u4', 'alpha', '2025-03-06'),
  ...['u1', 'u2', 'u3'].map((user) => added(user, 'bravo', '2025-03-07')),
  ...['x1', 'x2'].map((user) => added(user, 'india', '2025-03-08')),
  ...['u1', 'gone'].map((user) => added(user, 'juliet', '2025-03-09')),
  deleted('user', 'gone', '2025-03-20'),
  added('u1', 'delta', '2025-03-02 00:00'),
  added('u1', 'charlie', '2025-03-31 23:59:59.999'),
  added('u2', 'charlie', '2025-04-01 00:00'),
  added('u3', 'echo', '2025-03-01 23:59:59.999'),
  ...['u1', 'u2'].map((user) => added(user, 'echo', '2025-03-10')),
  ...['u1', 'u2'].map((user) => removed(user, 'echo', '2025-03-11')),
  added('u1', 'foxtrot', '2024-07-01'),
  removed('u1', 'foxtrot', '2025-03-05'),
  added('u1', 'foxtrot', '2025-03-06'),
  added('u1', 'golf', '2024-07-01'),
  added('u1', 'golf', '2025-03-10', 'Admin'),
  roleChanged('u1', 'hotel', '2025-03-10', 'Admin'),
  added('u1', 'kilo', '2025-03-10'),
  deleted('org', 'kilo', '2025-03-11'),
  added('u1', 'zulu', '2025-03-10'),
]);

async function listed(interval: string): Promise<unknown[]> {
  return (await story.rows('org', 'growth', interval)).map((row) => [
    row['org_id'],
    row['num_users'],
    row['extra_properties'],
  ]);
}

const moved = (num_users_added: number, num_users_removed: number) => ({
  num_users_added,
  num_users_removed,
});

test('30 days list only growing orgs, by net growth, then additions, then the id', async () => {
  expect(await listed('30')).toEqual([
    ['alpha', 3, moved(4, 1)],
    ['bravo', 3, moved(3, 0)],
    ['india', 2, moved(2, 0)],
    ['juliet', 1, moved(2, 1)],
    ['charlie', 1, moved(1, 0)],
    ['delta', 1, moved(1, 0)],
  ]);
});

test('60 days list echo, whose addition was a moment before the 30 days', async () => {
  const rows = await listed('60');
  expect(rows).toHaveLength(7);
  expect(rows.slice(3, 5)).toEqual([
    ['echo', 1, moved(3, 2)],
    ['juliet', 1, moved(2, 1)],
  ]);
});
