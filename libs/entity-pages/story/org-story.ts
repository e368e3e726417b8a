import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Calendar, HealthOnDay, ListChange } from '#libs/contracts';
import type { OrgMember } from '#libs/facts';
import type { HealthWeights } from '#libs/reports';
import { Champions, isAway } from './champions.js';
import { healthOverTime } from './health-over-time.js';
import { listChanges } from './list-changes.js';
import { SeenMember, type MemberDays } from './member-days.js';
import { OrgCounts } from './org-over-time.js';
import { ownerLost } from './owners.js';
import { PastMoments } from './past-moments.js';

/** The facts of the story of an org. */
interface StoryFacts {
  /** Milliseconds since 1970. */
  createdAt: number;
  /** All current and former members. */
  members: readonly OrgMember[];
  /** Their days, in the same order. */
  days: MemberDays;
}

interface StorySettings {
  calendar: Calendar;
  weights: HealthWeights;
}

/** Members that are read before other requests have their turn. */
const MEMBERS_AT_ONCE = 10_000;

/**
 * What runs as of past days would say of one org: its health, and when it entered and left lists.
 * @param now milliseconds since 1970
 * @param inOrderOfIds sorts keys of users by their ids; called when ids decide who is the champion
 */
export async function orgStory(
  { createdAt, members, days }: StoryFacts,
  now: number,
  { calendar, weights }: StorySettings,
  inOrderOfIds: (keys: number[]) => Promise<number[]>,
): Promise<{ health_over_time: HealthOnDay[]; list_changes: ListChange[] }> {
  const moments = new PastMoments(calendar, now);
  const counts = new OrgCounts();
  const champions = new Champions();
  const member = new SeenMember(moments);
  for (let position = 0; position < members.length; position++) {
    if (position % MEMBERS_AT_ONCE === MEMBERS_AT_ONCE - 1) await yieldToEventLoop();
    const { userKey, spans } = members[position]!;
    member.read(days, position, spans);
    counts.add(member);
    champions.add(userKey, member);
  }
  const org = counts.overTime();
  const chosen = await firstById(champions.first(), inOrderOfIds);
  const awayOf = new Map<number, boolean[]>();
  const wanted = new Set(chosen);
  for (const [position, { userKey, spans }] of members.entries()) {
    if (!wanted.has(userKey)) continue;
    member.read(days, position, spans);
    awayOf.set(userKey, isAway(member));
  }
  const championLost = chosen.map((key, moment) => key !== undefined && awayOf.get(key)![moment]!);
  const owners = members.flatMap(({ ownerships }) => ownerships);
  const listed = { org, createdAt, championLost, ownerLost: ownerLost(owners, moments) };
  return {
    health_over_time: healthOverTime(org, createdAt, weights, moments, calendar),
    list_changes: listChanges(listed, moments),
  };
}

/** The first of each group of keys in the order of the ids; undefined for an empty group. */
async function firstById(
  groups: readonly number[][],
  inOrderOfIds: (keys: number[]) => Promise<number[]>,
): Promise<(number | undefined)[]> {
  const tied = new Set<number>();
  for (const keys of groups) if (keys.length > 1) for (const key of keys) tied.add(key);
  const order = tied.size > 0 ? await inOrderOfIds([...tied]) : [];
  const rank = new Map(order.map((key, index) => [key, index]));
  return groups.map((keys) => {
    if (keys.length < 2) return keys[0];
    return keys.reduce((one, other) => (rank.get(other)! < rank.get(one)! ? other : one));
  });
}
