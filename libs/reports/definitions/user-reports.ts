import {
  active,
  activeBefore,
  countWindow,
  createdBefore,
  userList,
  userReport,
} from './definition.js';

const NUM_INVITES = { name: 'num_invites', bytes: 4 } as const;
// At most 90.
const NUM_ACTIVE_DAYS = { name: 'num_active_days', bytes: 1 } as const;

/** Users by how many distinct people they invited in W(n). */
export const topInviter = userReport('top_inviter', NUM_INVITES, ({ inviters }, window) => {
  return { values: inviters.invitees[countWindow(window)], places: inviters.places };
});

/** Users by how many days of W(n) they were active. */
export const champion = userReport('champion', NUM_ACTIVE_DAYS, ({ activity }, { days }) => {
  return { values: activity.daysActive(days) };
});

/** Users created before P(n) began, not active in P(n), active again in W(n). */
export const userReengagement = userList('reengagement', (users, window) => {
  return createdBefore(users, window.firstDayBefore)
    .without(activeBefore(users, window))
    .and(active(users, window));
});

/** Users created before W(n) began and not active in it. */
export const userChurn = userList('churn', (users, window) => {
  return createdBefore(users, window.firstDay).without(active(users, window));
});
