import { expect, test } from '@jest/globals';
import { scenario } from '../support/scenario.js';
import {
  added,
  deleted,
  orgCreated,
  removed,
  userCreated,
} from '../support/model/fixtures/builders.js';

/*
 * In the 30 days oak loses three and wins one, elm loses three and wins two. Ash loses the one who is
 * deleted in the last second. Of fir's member only the removal is known, twice. Yew loses one
 * and wins another. Box lost one in the moment before the 30 days; cob loses one in the moment after
 * the report. Gum loses all by being deleted.
 */
const OLD = '2024-07-01';
const orgs = ['oak', 'elm', 'ash', 'fir', 'yew', 'box', 'cob', 'gum'];
const story = scenario([
  ...['u1', 'u2', 'u3', 'u4', 'u5', 'gone'].map((id) => userCreated(id, '2024-06-01')),
  ...orgs.map((id) => orgCreated(id, '2024-06-01')),
  ...['u1', 'u2', 'u3'].flatMap((user) => [
    added(user, 'oak', OLD),
    removed(user, 'oak', '2025-03-02 00:00'),
    added(user, 'elm', OLD),
    removed(user, 'elm', '2025-03-20'),
  ]),
  added('u4', 'oak', '2025-03-10'),
  added('u4', 'elm', '2025-03-10'),
  added('u5', 'elm', '2025-03-11'),
  added('gone', 'ash', OLD),
  deleted('user', 'gone', '2025-03-31 23:59:59.999'),
  removed('u1', 'fir', '2025-03-05'),
  removed('u1', 'fir', '2025-03-06'),
  added('u1', 'yew', OLD),
  removed('u1', 'yew', '2025-03-05'),
  added('u2', 'yew', '2025-03-05'),
  added('u1', 'box', OLD),
  removed('u1', 'box', '2025-03-01 23:59:59.999'),
  added('u1', 'cob', OLD),
  removed('u1', 'cob', '2025-04-01 00:00'),
  added('u1', 'gum', OLD),
  added('u2', 'gum', OLD),
  deleted('org', 'gum', '2025-03-15'),
]);

async function listed(interval: string): Promise<unknown[]> {
  return (await story.rows('org', 'attrition', interval)).map((row) => [
    row['org_id'],
    row['num_users'],
    row['extra_properties'],
  ]);
}

const moved = (num_users_added: number, num_users_removed: number) => ({
  num_users_added,
  num_users_removed,
  net_users_change: num_users_added - num_users_removed,
});

test('30 days order by removals, then the smaller net change, then the id', async () => {
  expect(await listed('30')).toEqual([
    ['oak', 1, moved(1, 3)],
    ['elm', 2, moved(2, 3)],
    ['ash', 0, moved(0, 1)],
    ['fir', 0, moved(0, 1)],
    ['yew', 1, moved(1, 1)],
  ]);
});

test('60 days include box, whose removal was a moment before the 30 days', async () => {
  const expected = ['oak', 'elm', 'ash', 'box', 'fir', 'yew'];
  expect((await listed('60')).map((row) => (row as unknown[])[0])).toEqual(expected);
});
