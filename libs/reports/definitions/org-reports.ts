import { difference } from '../engine/columns.js';
import { positive } from '../engine/positions.js';
import type { OrgFacts } from '../engine/run-facts.js';
import { countWindow, createdBefore, numbers, orgReport, type Window } from './definition.js';

/** Orgs created before P(n) began, not active in P(n), active again in W(n). */
export const orgReengagement = orgReport('two windows', [], (orgs, window) => ({
  listed: createdBefore(orgs, window.firstDayBefore, window)
    .without(orgs.activity.activeDuring(window.days, 2 * window.days))
    .and(orgs.activity.activeDuring(0, window.days)),
  by: largestThenOldest(orgs),
}));

/** Orgs created before W(n) began and not active in it, with or without members. */
export const orgChurn = orgReport('one window', [], (orgs, window) => ({
  listed: createdBefore(orgs, window.firstDay, window).without(
    orgs.activity.activeDuring(0, window.days),
  ),
  by: largestThenOldest(orgs),
}));

/** Orgs with more additions than removals in W(n). */
export const growth = orgReport(
  'counts',
  numbers('num_users_added', 'num_users_removed'),
  (orgs, window) => {
    const { added, removed, net } = changes(orgs, window);
    return {
      listed: positive(net),
      by: [
        [net, 'descending'],
        [added, 'descending'],
      ],
      extras: [added, removed],
    };
  },
);

/** Orgs with removals in W(n). */
export const attrition = orgReport(
  'counts',
  numbers('num_users_added', 'num_users_removed', 'net_users_change'),
  (orgs, window) => {
    const { added, removed, net } = changes(orgs, window);
    return {
      listed: positive(removed),
      by: [
        [removed, 'descending'],
        [net, 'ascending'],
      ],
      extras: [added, removed, net],
    };
  },
);

function largestThenOldest({ members, createdAt }: OrgFacts) {
  return [
    [members, 'descending'],
    [createdAt, 'ascending'],
  ] as const;
}

function changes(orgs: OrgFacts, window: Window) {
  const days = countWindow(window);
  const [added, removed] = [orgs.added[days], orgs.removed[days]];
  return { added, removed, net: difference(added, removed) };
}
