import {
  asOf,
  createdBefore,
  invitesIn,
  listable,
  numUsers,
  orgActiveDaysIn,
  previousOf,
  userActiveDaysIn,
  windowOf,
  type AsOf,
} from './as-of.js';
import type { TimedEvent } from './events.js';
import { createdAt, lastActiveAt, type Days, type Subject } from './facts.js';
import { movesIn } from './membership.js';
import { DEFAULT_SETTINGS, type ModelSettings } from './settings.js';
import { compareBytes, wholeSecond } from './time.js';
import { compareWarnings, warningListing, WARNINGS, type Extra } from './warnings.js';

/** Every subject, report and interval: the 27 rankings of a run. */
export const RANKINGS: readonly (readonly [Subject, string, string])[] = [
  ['user', 'top_inviter', '30'],
  ['user', 'top_inviter', '60'],
  ['user', 'top_inviter', '90'],
  ['user', 'champion', '30'],
  ['user', 'champion', '60'],
  ['user', 'champion', '90'],
  ['user', 'reengagement', 'Weekly'],
  ['user', 'reengagement', 'Monthly'],
  ['user', 'churn', '7'],
  ['user', 'churn', '14'],
  ['user', 'churn', '30'],
  ['org', 'reengagement', 'Weekly'],
  ['org', 'reengagement', 'Monthly'],
  ['org', 'churn', '7'],
  ['org', 'churn', '14'],
  ['org', 'churn', '30'],
  ['org', 'growth', '30'],
  ['org', 'growth', '60'],
  ['org', 'growth', '90'],
  ['org', 'attrition', '30'],
  ['org', 'attrition', '60'],
  ['org', 'attrition', '90'],
  ...WARNINGS,
];

/** The frozen part of a user's row. */
export interface RankedUser {
  id: string;
  lastActiveAt: number;
  extra: Record<string, number>;
}

/** The frozen part of an org's row. */
export interface RankedOrg {
  id: string;
  numUsers: number;
  createdAt: number;
  extra: Extra;
}

/** "`Weekly` is n = 7, `Monthly` is n = 30", else the number itself. */
function windowDays(interval: string): number {
  if (interval === 'Weekly') return 7;
  if (interval === 'Monthly') return 30;
  return Number(interval);
}

/** Whether a report is one of the reports beyond the reference. */
const isWarning = (report: string) => WARNINGS.some(([, name]) => name === report);

/** "who is listed", and with which extra properties; undefined: not listed. */
function userListing(
  t: AsOf,
  report: string,
  n: number,
  id: string,
): Record<string, number> | undefined {
  const [w, p] = [windowOf(t, n), previousOf(t, n)];
  switch (report) {
    case 'top_inviter': {
      const numInvites = invitesIn(t, id, w);
      return numInvites >= 1 ? { num_invites: numInvites } : undefined;
    }
    case 'champion': {
      const numActiveDays = userActiveDaysIn(t, id, w);
      return numActiveDays >= 1 ? { num_active_days: numActiveDays } : undefined;
    }
    case 'reengagement': {
      const back = userActiveDaysIn(t, id, w) > 0 && userActiveDaysIn(t, id, p) === 0;
      return createdBefore(t, 'user', id, p) && back ? {} : undefined;
    }
    case 'churn': {
      const away = userActiveDaysIn(t, id, w) === 0;
      return createdBefore(t, 'user', id, w) && away ? {} : undefined;
    }
    default:
      throw new Error(`no user report ${report}`);
  }
}

/** "who is listed", and with which extra properties; undefined: not listed. */
function orgListing(
  t: AsOf,
  report: string,
  n: number,
  id: string,
): Record<string, number> | undefined {
  const [w, p] = [windowOf(t, n), previousOf(t, n)];
  const isActive = (days: Days) => orgActiveDaysIn(t, id, days).length > 0;
  switch (report) {
    case 'reengagement': {
      const back = isActive(w) && !isActive(p);
      return createdBefore(t, 'org', id, p) && back ? {} : undefined;
    }
    case 'churn':
      return createdBefore(t, 'org', id, w) && !isActive(w) ? {} : undefined;
    case 'growth': {
      const { added, removed } = movesIn(t.upToT, id, w);
      const moves = { num_users_added: added, num_users_removed: removed };
      return added - removed >= 1 ? moves : undefined;
    }
    case 'attrition': {
      const { added, removed } = movesIn(t.upToT, id, w);
      const moves = { num_users_added: added, num_users_removed: removed };
      return removed >= 1 ? { ...moves, net_users_change: added - removed } : undefined;
    }
    default:
      throw new Error(`no org report ${report}`);
  }
}

/** "num_invites ↓, last_active_at ↓, user_id ↑" and the other orders. */
function compareUsers(report: string, a: RankedUser, b: RankedUser): number {
  const counts: Record<string, string> = {
    top_inviter: 'num_invites',
    champion: 'num_active_days',
  };
  const count = counts[report];
  const byCount = count === undefined ? 0 : b.extra[count]! - a.extra[count]!;
  return byCount || b.lastActiveAt - a.lastActiveAt || compareBytes(a.id, b.id);
}

function compareOrgs(report: string, a: RankedOrg, b: RankedOrg): number {
  const value = (org: RankedOrg, key: string) => Number(org.extra[key]);
  const net = (org: RankedOrg) => value(org, 'num_users_added') - value(org, 'num_users_removed');
  const lower = (key: string) => value(b, key) - value(a, key);
  if (isWarning(report)) return compareWarnings(report, a, b);
  switch (report) {
    case 'growth': // "net ↓, num_users_added ↓, org_id ↑"
      return net(b) - net(a) || lower('num_users_added') || compareBytes(a.id, b.id);
    case 'attrition': // "num_users_removed ↓, net ↑, org_id ↑"
      return lower('num_users_removed') || net(a) - net(b) || compareBytes(a.id, b.id);
    default: // "num_users ↓, org_created_at ↑, org_id ↑"
      return b.numUsers - a.numUsers || a.createdAt - b.createdAt || compareBytes(a.id, b.id);
  }
}

/** The frozen list of a user report as of T (unix s), in order. */
export function rankUsers(
  known: readonly TimedEvent[],
  report: string,
  interval: string,
  reportTime: number,
): RankedUser[] {
  const t = asOf(known, reportTime);
  const ranked: RankedUser[] = [];
  for (const id of listable(t, 'user')) {
    const extra = userListing(t, report, windowDays(interval), id);
    if (extra) ranked.push({ id, lastActiveAt: lastActiveAt(known, id, reportTime), extra });
  }
  return ranked.sort((a, b) => compareUsers(report, a, b));
}

/** The frozen list of an org report as of T (unix s), in order. */
export function rankOrgs(
  known: readonly TimedEvent[],
  report: string,
  interval: string,
  reportTime: number,
  settings: ModelSettings = DEFAULT_SETTINGS,
): RankedOrg[] {
  const t = asOf(known, reportTime);
  const ranked: RankedOrg[] = [];
  for (const id of listable(t, 'org')) {
    const n = windowDays(interval);
    const extra = isWarning(report)
      ? warningListing(t, report, n, id, settings)
      : orgListing(t, report, n, id);
    if (!extra) continue;
    ranked.push({
      id,
      numUsers: numUsers(t, id),
      createdAt: wholeSecond(createdAt(known, 'org', id)),
      extra,
    });
  }
  return ranked.sort((a, b) => compareOrgs(report, a, b));
}
