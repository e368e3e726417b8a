import {
  activeUsersIn,
  activityIn,
  createdBefore,
  previousOf,
  windowOf,
  type AsOf,
} from './as-of.js';
import { isIn } from './facts.js';
import { healthOf } from './health.js';
import { openSpans, spansOf, type Span } from './membership.js';
import type { ModelSettings } from './settings.js';
import { compareBytes, dayOf, wholeSecond } from './time.js';

/** The values of a row. */
export type Extra = Record<string, number | string>;

/** "Reports beyond the reference", with every interval. */
export const WARNINGS: readonly (readonly ['org', string, string])[] = [
  ['org', 'slipping', '14'],
  ['org', 'slipping', '30'],
  ['org', 'champion_lost', '30'],
  ['org', 'owner_lost', '30'],
  ['org', 'health', '30'],
];

/** "who is listed", and with which values; undefined: not listed. */
export function warningListing(
  t: AsOf,
  report: string,
  n: number,
  orgId: string,
  settings: ModelSettings,
): Extra | undefined {
  switch (report) {
    case 'slipping':
      return slipping(t, n, orgId);
    case 'champion_lost':
      return championLost(t, orgId);
    case 'owner_lost':
      return ownerLost(t, orgId, settings.ownerRoles);
    case 'health': {
      const health = healthOf(t, orgId, settings.healthWeights);
      return health && { ...health };
    }
    default:
      throw new Error(`no org report ${report}`);
  }
}

/** "created before P(n) began, a_P(n) ≥ 3, a_W(n) ≥ 1, 10·a_W(n) ≤ 7·a_P(n)". */
function slipping(t: AsOf, n: number, orgId: string): Extra | undefined {
  const [w, p] = [windowOf(t, n), previousOf(t, n)];
  const now = activeUsersIn(t, orgId, w);
  const before = activeUsersIn(t, orgId, p);
  const isListed =
    createdBefore(t, 'org', orgId, p) && before >= 3 && now >= 1 && 10 * now <= 7 * before;
  return isListed ? { num_active_before: before, num_active: now } : undefined;
}

/**
 * "orgs with a champion c: the user (deleted or not) with the most days in P(30) on which that user made o active, at
 * least 5 (ties: lower user_id); listed when c has no open span in o at T or did not make o active in W(14)".
 */
function championLost(t: AsOf, orgId: string): Extra | undefined {
  const days = new Map<string, number>();
  for (const { userId } of activityIn(t, orgId, previousOf(t, 30))) {
    days.set(userId, (days.get(userId) ?? 0) + 1);
  }
  const [champion] = [...days].sort((a, b) => b[1] - a[1] || compareBytes(a[0], b[0]));
  if (!champion || champion[1] < 5) return undefined;
  const [userId, numActiveDays] = champion;
  const isMember = openSpans(t.upToT).some(
    (span) => span.orgId === orgId && span.userId === userId,
  );
  const isActive = activityIn(t, orgId, windowOf(t, 14)).some((one) => one.userId === userId);
  const isLost = !isMember || !isActive;
  return isLost ? { champion_user_id: userId, num_active_days: numActiveDays } : undefined;
}

/**
 * "orgs with a span whose role is in `OWNER_ROLES` that, in W(30), ended or changed to a role not in it, and without an
 * open span with such a role at T"; "lost_at: the latest such end or change, whole seconds".
 */
function ownerLost(t: AsOf, orgId: string, ownerRoles: readonly string[]): Extra | undefined {
  const spans = spansOf(t.upToT).filter((span) => span.orgId === orgId);
  const hasOwner = spans.some((span) => span.end === Infinity && ownerRoles.includes(span.role));
  const losses = spans
    .flatMap((span) => endsOfOwnership(span, ownerRoles))
    .filter((at) => isIn(windowOf(t, 30), dayOf(at)));
  if (hasOwner || losses.length === 0) return undefined;
  return { lost_at: wholeSecond(Math.max(...losses)) };
}

/** The instants at which a span with such a role ended, or changed to another role. */
function endsOfOwnership(span: Span, ownerRoles: readonly string[]): number[] {
  const found: number[] = [];
  let isOwner = false;
  for (const { from, role } of span.roles) {
    const isNext = ownerRoles.includes(role);
    if (isOwner && !isNext) found.push(from);
    isOwner = isNext;
  }
  if (isOwner && span.end !== Infinity) found.push(span.end);
  return found;
}

/** "a_P − a_W ↓, a_P ↓, org_id ↑", "days ↓, org_id ↑", "lost_at ↓, org_id ↑", "score ↑, org_id ↑". */
export function compareWarnings(
  report: string,
  a: { id: string; extra: Extra },
  b: { id: string; extra: Extra },
): number {
  const value = (row: { extra: Extra }, key: string) => Number(row.extra[key]);
  const lower = (key: string) => value(b, key) - value(a, key);
  const byId = compareBytes(a.id, b.id);
  switch (report) {
    case 'slipping': {
      const drop = (row: { extra: Extra }) =>
        value(row, 'num_active_before') - value(row, 'num_active');
      return drop(b) - drop(a) || lower('num_active_before') || byId;
    }
    case 'champion_lost':
      return lower('num_active_days') || byId;
    case 'owner_lost':
      return lower('lost_at') || byId;
    default:
      return -lower('score') || byId;
  }
}
