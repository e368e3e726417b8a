import { DAY_MS } from '#libs/contracts';
import {
  BLOCK_SHIFT,
  isMarked,
  scanActivity,
  type DayRange,
  type OrgMember,
  type Span,
} from '#libs/facts';
import type { Connection } from '#libs/database';

const WEEK_MS = 7 * DAY_MS;

/** What members of an org did. */
export interface MemberActivity {
  /** How many of them were active in each week, on a day that a span of theirs covers. */
  activeByWeek: number[];
  /** On how many of the latest days each was active, member or not, in the order of the members. */
  latestDays: Uint16Array;
}

/**
 * Reads the folded activity of all current and former members of an org.
 * @param weeks begins on a Monday and lasts whole weeks
 * @param latest is part of the weeks
 */
export async function memberActivity(
  db: Connection,
  members: readonly OrgMember[],
  weeks: DayRange,
  latest: DayRange,
): Promise<MemberActivity> {
  const count = Math.round((weeks.before - weeks.from) / WEEK_MS);
  const latestDays = new Uint16Array(members.length);
  const wasActive = Array.from({ length: count }, () => new Uint8Array(members.length));
  const byBlock = placesByBlock(members);
  await scanActivity(db, weeks, [...byBlock.keys()], (day, block, bits) => {
    const inWeek = wasActive[Math.floor((day - weeks.from) / WEEK_MS)]!;
    const isLatest = day >= latest.from && day < latest.before;
    for (const place of byBlock.get(block)!) {
      const { userKey, spans } = members[place]!;
      if (!isMarked(bits, userKey)) continue;
      if (isLatest) latestDays[place]!++;
      if (inWeek[place] === 0 && isCovered(spans, day)) inWeek[place] = 1;
    }
  });
  const activeByWeek = wasActive.map((places) => places.reduce((sum, one) => sum + one, 0));
  return { activeByWeek, latestDays };
}

/** Where the users of each block are among the members. */
function placesByBlock(members: readonly OrgMember[]): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (const [place, { userKey }] of members.entries()) {
    const block = userKey >> BLOCK_SHIFT;
    const known = places.get(block);
    if (known) known.push(place);
    else places.set(block, [place]);
  }
  return places;
}

/** A span covers its first and its last day whole. @param day its first millisecond */
function isCovered(spans: readonly Span[], day: number): boolean {
  return spans.some(({ from, to }) => from < day + DAY_MS && to >= day);
}
