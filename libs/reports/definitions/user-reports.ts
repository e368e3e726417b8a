import { valuesOf } from '../engine/columns.js';
import { Bitmap } from '../engine/bitmap.js';
import { activeSince, countWindow, createdBefore, userList, userReport } from './definition.js';

const NUM_INVITES = { name: 'num_invites', bytes: 4 } as const;
// At most 90.
const NUM_ACTIVE_DAYS = { name: 'num_active_days', bytes: 1 } as const;

/** Users by how many distinct people they invited in W(n). */
export const topInviter = userReport('counts', NUM_INVITES, ({ inviters }, window, memory) => {
  const invitees = inviters.invitees[countWindow(window)];
  const listed = Bitmap.positive(invitees).positions(memory);
  return {
    values: valuesOf(listed, invitees, memory.allocate(listed.length)),
    positions: valuesOf(listed, inviters.positions, memory.allocate(listed.length)),
  };
});

/** Users by how many days of W(n) they were active. */
export const champion = userReport('one window', NUM_ACTIVE_DAYS, (users, window, memory) => {
  const values = memory.allocate(activeSince(users, window.firstDay));
  users.activity.countDays(window.days, values);
  return { values };
});

/** Users created before P(n) began, not active in P(n), active again in W(n). */
export const userReengagement = userList('two windows', (users, window) => {
  const active = activeSince(users, window.firstDay);
  return createdBefore(users, window.firstDayBefore, 0, active).without(
    users.activity.activeDuring(window.days, 2 * window.days, active),
  );
});

/** Users created before W(n) began and not active in it. */
export const userChurn = userList('one window', (users, { firstDay }) => {
  return createdBefore(users, firstDay, activeSince(users, firstDay));
});
