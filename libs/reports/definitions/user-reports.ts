import { valuesOf } from '../engine/columns.js';
import { positionsOf, positive } from '../engine/positions.js';
import { activeIn, countWindow, createdBefore, userList, userReport } from './definition.js';

const NUM_INVITES = { name: 'num_invites', bytes: 4 } as const;
// At most 90.
const NUM_ACTIVE_DAYS = { name: 'num_active_days', bytes: 1 } as const;

/** Users by the number of distinct people invited in W(n). */
export const topInviter = userReport('counts', NUM_INVITES, ({ inviters }, window, memory) => {
  const invitees = inviters.invitees[countWindow(window)];
  const listed = positionsOf(positive(invitees), memory);
  return {
    values: valuesOf(listed, invitees, memory.allocate(listed.length)),
    positions: valuesOf(listed, inviters.positions, memory.allocate(listed.length)),
  };
});

/** Users by the number of active days in W(n). */
export const champion = userReport('one window', NUM_ACTIVE_DAYS, (users, window, memory) => {
  const { certain, possible } = activeIn(users, window);
  const values = memory.allocate(possible);
  users.activity.countDays(window.days, values);
  if (certain === possible) return { values };
  const positions = positionsOf(positive(values), memory);
  return { values: valuesOf(positions, values, memory.allocate(positions.length)), positions };
});

/** Users created before P(n) began, not active in P(n), active again in W(n). */
export const userReengagement = userList('two windows', (users, window) => {
  const { days, firstDayBefore } = window;
  const { certain, possible } = activeIn(users, window);
  const listed = createdBefore(users, firstDayBefore, window, 0, possible).without(
    users.activity.activeDuring(days, 2 * days, possible),
  );
  return certain === possible ? listed : listed.and(users.activity.activeDuring(0, days, possible));
});

/** Users created before W(n) began and not active in it. */
export const userChurn = userList('one window', (users, window) => {
  const { certain, possible } = activeIn(users, window);
  const listed = createdBefore(users, window.firstDay, window, certain);
  return certain === possible
    ? listed
    : listed.without(users.activity.activeDuring(0, window.days, possible));
});
