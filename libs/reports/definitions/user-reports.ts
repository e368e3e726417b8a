import { countWindow, userList, userReport } from './definition.js';

const NUM_INVITES = { name: 'num_invites', bytes: 4 } as const;
// At most 90.
const NUM_ACTIVE_DAYS = { name: 'num_active_days', bytes: 1 } as const;

/** Users by how many distinct people they invited in W(n). */
export const topInviter = userReport('top_inviter', NUM_INVITES, (users, window) => {
  const invitees = users.invitees[countWindow(window)];
  return (user) => invitees[user]!;
});

/** Users by how many days of W(n) they were active. */
export const champion = userReport('champion', NUM_ACTIVE_DAYS, (users, { days }) => {
  return (user) => users.activity.countDays(user, days);
});

/** Users created before P(n) began, not active in P(n), active again in W(n). */
export const userReengagement = userList('reengagement', (users, { days, firstDayBefore }) => {
  return (user) =>
    users.createdDay[user]! < firstDayBefore &&
    users.activity.isActive(user, 0, days) &&
    !users.activity.isActive(user, days, 2 * days);
});

/** Users created before W(n) began and not active in it. */
export const userChurn = userList('churn', (users, { days, firstDay }) => {
  return (user) => users.createdDay[user]! < firstDay && !users.activity.isActive(user, 0, days);
});
