import { activeDays, isIn, namedOrgs, type Days } from './facts.js';
import type { TimedEvent } from './events.js';
import { oncePerHistory, oncePerKey } from './once.js';
import { compareBytes, dayOf } from './time.js';

/** A span of membership, unix ms; -Infinity: no limit, Infinity: still open. */
export interface Span {
  userId: string;
  orgId: string;
  start: number;
  end: number;
  /** The last role. */
  role: string;
  /** Every role, from the opening on, with the instant from which it holds; ascending. */
  roles: { from: number; role: string }[];
}

/** The result of a pair's steps; additions and removals are the instants at which they count. */
interface Replay {
  userId: string;
  orgId: string;
  spans: Span[];
  additions: number[];
  removals: number[];
  /** Every removal step so far, whether it counted or not. */
  removalSteps: number[];
}

const PAIR_STEPS = ['user.added_to_org', 'user.removed_from_org', 'user.role_changed_within_org'];

/** Every (user, org) pair with a known step. */
function pairs(history: readonly TimedEvent[]): { userId: string; orgId: string }[] {
  const found = new Map<string, { userId: string; orgId: string }>();
  for (const { type, data } of history) {
    if (!PAIR_STEPS.includes(type)) continue;
    const pair = { userId: String(data['user_id']), orgId: String(data['org_id']) };
    found.set(JSON.stringify([pair.userId, pair.orgId]), pair);
  }
  return [...found.values()];
}

/** The pair's own steps, and the deletions of its user and of its org, in order. */
function stepsOf(history: readonly TimedEvent[], userId: string, orgId: string): TimedEvent[] {
  return history.filter(({ type, data }) => {
    if (type === 'user.deleted') return data['user_id'] === userId;
    if (type === 'org.deleted') return data['org_id'] === orgId;
    return PAIR_STEPS.includes(type) && data['user_id'] === userId && data['org_id'] === orgId;
  });
}

/** "the steps of each (user, org), replayed in order, make spans". */
function replay(history: readonly TimedEvent[], userId: string, orgId: string): Replay {
  const pair: Replay = { userId, orgId, spans: [], additions: [], removals: [], removalSteps: [] };
  for (const [index, step] of stepsOf(history, userId, orgId).entries()) {
    if (step.type === 'user.added_to_org') add(pair, step);
    if (step.type === 'user.role_changed_within_org') changeRole(pair, step);
    if (step.type === 'user.removed_from_org') remove(pair, step, index === 0);
    // "The user's deletion closes each open span and counts as a removal there"
    if (step.type === 'user.deleted' && openSpan(pair)) close(pair, step, true);
    // "the org's deletion closes every span in it"
    if (step.type === 'org.deleted' && openSpan(pair)) close(pair, step, false);
    // "later steps do not count"
    if (step.type === 'user.deleted' || step.type === 'org.deleted') break;
  }
  return pair;
}

/** The open span at this point of the replay. */
function openSpan(pair: Replay): Span | undefined {
  return pair.spans.find((span) => span.end === Infinity);
}

/**
 * "*add* when not a member opens a span and counts as one addition; *add* when a member only
 * updates the role (a step without a role keeps the span's)".
 */
function add(pair: Replay, step: TimedEvent): void {
  const member = openSpan(pair);
  if (member) {
    give(member, step);
  } else {
    open(pair, step.at, roleOf(step));
    pair.additions.push(step.at);
  }
}

/** "*Role change* when not a member opens a span with unknown start and is not an addition." */
function changeRole(pair: Replay, step: TimedEvent): void {
  const member = openSpan(pair);
  if (member) give(member, step);
  else open(pair, unknownStart(pair), roleOf(step));
}

/**
 * "*Remove* when a member closes the span and counts as one removal; when no earlier step of that
 * pair is known, it counts as one removal of a span with unknown start; otherwise nothing."
 */
function remove(pair: Replay, step: TimedEvent, noEarlierStep: boolean): void {
  if (!openSpan(pair) && noEarlierStep) open(pair, unknownStart(pair), undefined);
  if (openSpan(pair)) close(pair, step, true);
  pair.removalSteps.push(step.at);
}

/**
 * "An unknown start reaches back to the pair's latest removal step before it, whether that step counted or
 * not, else without limit."
 */
function unknownStart(pair: Replay): number {
  return pair.removalSteps.at(-1) ?? -Infinity;
}

/** The role of a span without any role is `Member`. */
function open({ spans, userId, orgId }: Replay, start: number, role: string | undefined): void {
  const first = role ?? 'Member';
  spans.push({
    userId,
    orgId,
    start,
    end: Infinity,
    role: first,
    roles: [{ from: start, role: first }],
  });
}

/** "a step without a role keeps the span's". */
function give(span: Span, step: TimedEvent): void {
  span.role = roleOf(step) ?? span.role;
  span.roles.push({ from: step.at, role: span.role });
}

function close(pair: Replay, step: TimedEvent, isRemoval: boolean): void {
  openSpan(pair)!.end = step.at;
  if (isRemoval) pair.removals.push(step.at);
}

function roleOf(step: TimedEvent): string | undefined {
  const role = step.data['role'];
  return typeof role === 'string' ? role : undefined;
}

/** Every pair's steps, replayed. */
export const replayAll = oncePerHistory((history: readonly TimedEvent[]): readonly Replay[] =>
  pairs(history).map(({ userId, orgId }) => replay(history, userId, orgId)),
);

/** All spans of the history. */
export function spansOf(history: readonly TimedEvent[]): Span[] {
  return replayAll(history).flatMap(({ spans }) => spans);
}

/** The spans still open when the history ends, by org id. */
export const openSpans = oncePerHistory((history: readonly TimedEvent[]): readonly Span[] =>
  spansOf(history)
    .filter((span) => span.end === Infinity)
    .sort((a, b) => compareBytes(a.orgId, b.orgId)),
);

/** The number of additions to and removals from the org in the given days. */
export function movesIn(
  history: readonly TimedEvent[],
  orgId: string,
  days: Days,
): { added: number; removed: number } {
  const replays = replayAll(history).filter((pair) => pair.orgId === orgId);
  const inDays = (at: number) => isIn(days, dayOf(at));
  return {
    added: replays.flatMap(({ additions }) => additions).filter(inDays).length,
    removed: replays.flatMap(({ removals }) => removals).filter(inDays).length,
  };
}

/** "A span covers its first and its last day whole." */
function covers(span: Span, day: number): boolean {
  return isIn({ first: dayOf(span.start), last: dayOf(span.end) }, day);
}

/**
 * The days on which the user of a span makes its org active: "a span of (u, o) covers d, u was active on d, and either
 * o ∈ N(u, d) or N(u, d) is empty".
 */
export function daysActiveIn(activity: readonly TimedEvent[], span: Span): number[] {
  return activeDays(activity, span.userId).filter((day) => {
    if (!covers(span, day)) return false;
    const named = namedOrgs(activity, span.userId, day);
    return named.size === 0 || named.has(span.orgId);
  });
}

const activityOf = oncePerHistory((_: readonly TimedEvent[]) =>
  oncePerHistory((_steps: readonly TimedEvent[]) => new Map<string, ActiveDay[]>()),
);

/** A user who makes an org active on a day. */
export interface ActiveDay {
  userId: string;
  day: number;
}

/**
 * "Org *o* is active on day *d* by user *u*": every such (u, d), once. Spans come from `steps`, active days from
 * `activity`: for a T they end at different moments.
 */
export function orgActivity(
  steps: readonly TimedEvent[],
  activity: readonly TimedEvent[],
  orgId: string,
): readonly ActiveDay[] {
  return oncePerKey(activityOf(activity)(steps), orgId, () => {
    const found = new Map<string, ActiveDay>();
    for (const span of spansOf(steps)) {
      if (span.orgId !== orgId) continue;
      for (const day of daysActiveIn(activity, span)) {
        found.set(`${day} ${span.userId}`, { userId: span.userId, day });
      }
    }
    return [...found.values()];
  });
}

/** "An org is active on d when some user makes it so". */
export function orgActiveDays(
  steps: readonly TimedEvent[],
  activity: readonly TimedEvent[],
  orgId: string,
): Set<number> {
  return new Set(orgActivity(steps, activity, orgId).map(({ day }) => day));
}

/** Every org with a membership step, created or not. */
export function orgsWithSpans(history: readonly TimedEvent[]): string[] {
  return [...new Set(spansOf(history).map((span) => span.orgId))];
}
