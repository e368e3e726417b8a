import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Calendar, HealthOnDay, ListChange } from '#libs/contracts';
import type { OrgMember } from '#libs/facts';
import type { HealthWeights } from '#libs/reports';
import { Champions, isAway } from './champions.js';
import { healthOverTime } from './health-over-time.js';
import { listChanges } from './list-changes.js';
import { SeenMember, type MemberDays } from './member-days.js';
import { inPortions } from './days-of-some.js';
import { OrgCounts, type OrgOverTime } from './org-over-time.js';
import { ownerLost } from './owners.js';
import { PastMoments } from './past-moments.js';

/** The facts of the story of an org. */
interface StoryFacts {
  /** Milliseconds since 1970. */
  createdAt: number;
  /** All current and former members. */
  members: readonly OrgMember[];
  /** The days on which each was active and named the org or no org, in the same order. */
  days: MemberDays;
  /** Those of the days on which each made the org active. */
  inOrg: MemberDays;
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
  facts: StoryFacts,
  now: number,
  { calendar, weights }: StorySettings,
  inOrderOfIds: (keys: number[]) => Promise<number[]>,
): Promise<{ health_over_time: HealthOnDay[]; list_changes: ListChange[] }> {
  const { createdAt, members } = facts;
  const moments = new PastMoments(calendar, now);
  const { org, champions } = await countMembers(facts, moments);
  const chosen = await champions.chosen(async (positions) => {
    const byKey = new Map(positions.map((position) => [members[position]!.userKey, position]));
    return (await inOrderOfIds([...byKey.keys()])).map((key) => byKey.get(key)!);
  });
  const championLost = championsLost(chosen, facts, moments);
  const owners = members.flatMap(({ ownerships }) => ownerships);
  const listed = { org, createdAt, championLost, ownerLost: ownerLost(owners, moments) };
  return {
    health_over_time: healthOverTime(org, createdAt, weights, moments, calendar),
    list_changes: listChanges(listed, moments),
  };
}

async function countMembers(
  { members, days, inOrg }: StoryFacts,
  moments: PastMoments,
): Promise<{ org: OrgOverTime; champions: Champions }> {
  const counts = new OrgCounts();
  const champions = new Champions(days.members);
  const member = new SeenMember(moments);
  /** The members whose days count as of every moment from the day on. Nearly all are; the others are added one by one. */
  const plain = new Int32Array(days.width);
  for (let position = 0; position < members.length; position++) {
    if (position % MEMBERS_AT_ONCE === MEMBERS_AT_ONCE - 1) await yieldToEventLoop();
    const { spans } = members[position]!;
    let isPlain = true;
    for (const span of spans) {
      const known = moments.oldestWith(span.openedAt);
      counts.addSpan(moments.oldestWith(span.to), known);
      isPlain &&= moments.isKnownInTime(span.from, known);
    }
    if (isPlain) {
      plain[position >>> 5]! |= 1 << position;
      continue;
    }
    member.read(days, position, spans);
    counts.add(member);
    champions.add(position, member);
  }
  for (const some of inPortions(inOrg, plain)) {
    champions.addSome(some);
    counts.addSome(some);
    await yieldToEventLoop();
  }
  return { org: counts.overTime(), champions };
}

/** Whether the champion was away, by moment. */
function championsLost(
  chosen: readonly (number | undefined)[],
  { members, days }: StoryFacts,
  moments: PastMoments,
): boolean[] {
  const member = new SeenMember(moments);
  const awayOf = new Map<number, boolean[]>();
  for (const position of new Set(chosen)) {
    if (position === undefined) continue;
    member.read(days, position, members[position]!.spans);
    awayOf.set(position, isAway(member));
  }
  return chosen.map((one, moment) => one !== undefined && awayOf.get(one)![moment]!);
}
