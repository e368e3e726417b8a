import { activityIn, countWindow, userList, userReport } from './definition.js';

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
  return users.activity.countDays(days);
});

/** Users created before P(n) began, not active in P(n), active again in W(n). */
export const userReengagement = userList('reengagement', (users, { days, firstDayBefore }) => {
  const [isActive, wasActive] = activityIn(users.activity, days);
  return (user) => users.createdDay[user]! < firstDayBefore && isActive(user) && !wasActive(user);
});

/** Users created before W(n) began and not active in it. */
export const userChurn = userList('churn', (users, { days, firstDay }) => {
  const [isActive] = activityIn(users.activity, days);
  return (user) => users.createdDay[user]! < firstDay && !isActive(user);
});
