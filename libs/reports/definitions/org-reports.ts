import { ascending, descending } from '../runs/order.js';
import type { OrgFacts } from '../runs/run-facts.js';
import { activityIn, countWindow, orgReport, type Window } from './definition.js';

/** Orgs created before P(n) began, not active in P(n), active again in W(n). */
export const orgReengagement = orgReport('reengagement', [], (orgs, { days, firstDayBefore }) => {
  const [isActive, wasActive] = activityIn(orgs.activity, days);
  return {
    isListed: (org) => orgs.createdDay[org]! < firstDayBefore && isActive(org) && !wasActive(org),
    order: largestThenOldest(orgs),
  };
});

/** Orgs created before W(n) began and not active in it, with members or without. */
export const orgChurn = orgReport('churn', [], (orgs, { days, firstDay }) => {
  const [isActive] = activityIn(orgs.activity, days);
  return {
    isListed: (org) => orgs.createdDay[org]! < firstDay && !isActive(org),
    order: largestThenOldest(orgs),
  };
});

/** Orgs that more people were added to than removed from in W(n). */
export const growth = orgReport(
  'growth',
  ['num_users_added', 'num_users_removed'],
  (orgs, window) => {
    const { added, removed, net } = changes(orgs, window);
    return {
      isListed: (org) => net(org) >= 1,
      order: [(org) => descending(net(org)), (org) => descending(added(org))],
      extras: [added, removed],
    };
  },
);

/** Orgs that people were removed from in W(n). */
export const attrition = orgReport(
  'attrition',
  ['num_users_added', 'num_users_removed', 'net_users_change'],
  (orgs, window) => {
    const { added, removed, net } = changes(orgs, window);
    return {
      isListed: (org) => removed(org) >= 1,
      order: [(org) => descending(removed(org)), (org) => ascending(net(org))],
      extras: [added, removed, net],
    };
  },
);

function largestThenOldest(orgs: OrgFacts) {
  return [(org: number) => descending(orgs.members[org]!), (org: number) => orgs.createdAt[org]!];
}

function changes(orgs: OrgFacts, window: Window) {
  const days = countWindow(window);
  const added = (org: number) => orgs.added[days][org]!;
  const removed = (org: number) => orgs.removed[days][org]!;
  return { added, removed, net: (org: number) => added(org) - removed(org) };
}
