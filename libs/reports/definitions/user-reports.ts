import { countWindow, userList, userReport } from './definition.js';

/** Users by how many distinct people they invited in W(n). */
export const topInviter = userReport('top_inviter', 'num_invites', (users, window) => {
  const invitees = users.invitees[countWindow(window)];
  return (user) => invitees[user]!;
});

/** Users by how many days of W(n) they were active. */
export const champion = userReport('champion', 'num_active_days', (users, { days }) => {
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
