import { DAY_MS } from '#libs/contracts';
import { scanActivityOf, scanPairsOfMembers, type DayRange } from '#libs/facts';
import type { Connection } from '#libs/database';
import { MemberDays } from './story/member-days.js';

/** Bytes for the named activity of all members to hold at once. */
const MAX_NAMED_BYTES = 32 * 1024 * 1024;

/**
 * Reads the folded activity of all current and former members of an org: the days on which each was active and named this
 * org or no org.
 * @param users the keys of the members, ascending
 * @param today the day of age 0
 */
export async function memberActivity(
  db: Connection,
  orgKey: number,
  users: Int32Array,
  range: DayRange,
  today: number,
): Promise<MemberDays> {
  const youngest = (today - range.before) / DAY_MS + 1;
  const days = new MemberDays(users.length, youngest, (range.before - range.from) / DAY_MS);
  await scanActivityOf(db, 'activity', range, users, (day, word, bits) => {
    days.add((today - day) / DAY_MS, word, bits);
  });
  // After the activity: a day that both readings see is judged by its latest names.
  const pairs = await readPairs(db, orgKey, users);
  if (pairs.ids.length === 0) return days;
  for (const part of partsOf(range, days.width)) await leaveOthersOut(db, days, pairs, part, today);
  return days;
}

/** The pairs of members and orgs that activity named; ids ascending. */
interface Pairs {
  ids: Int32Array;
  /** The position of the member of each. */
  members: Int32Array;
  /** Whether the org of each is this one. */
  isHere: Uint8Array;
}

async function readPairs(db: Connection, orgKey: number, users: Int32Array): Promise<Pairs> {
  const found: { id: number; member: number; isHere: boolean }[] = [];
  await scanPairsOfMembers(db, orgKey, (id, user, org) => {
    const member = positionOf(users, user);
    if (users[member] === user) found.push({ id, member, isHere: org === orgKey });
  });
  return {
    ids: Int32Array.from(found, ({ id }) => id),
    members: Int32Array.from(found, ({ member }) => member),
    isHere: Uint8Array.from(found, ({ isHere }) => Number(isHere)),
  };
}

/** Parts of a range whose named activity fits in memory. @param width words per day */
function partsOf({ from, before }: DayRange, width: number): DayRange[] {
  const days = Math.max(1, Math.floor(MAX_NAMED_BYTES / (2 * 4 * width)));
  const parts: DayRange[] = [];
  for (let day = from; day < before; day += days * DAY_MS)
    parts.push({ from: day, before: Math.min(day + days * DAY_MS, before) });
  return parts;
}

/** Removes the days of a part on which a member named other orgs and not this one. */
async function leaveOthersOut(
  db: Connection,
  days: MemberDays,
  { ids, members, isHere }: Pairs,
  part: DayRange,
  today: number,
): Promise<void> {
  const youngest = (today - part.before) / DAY_MS + 1;
  const count = (part.before - part.from) / DAY_MS;
  const [any, here] = [0, 1].map(() => new MemberDays(days.members, youngest, count));
  await scanActivityOf(db, 'named_activity', part, ids, (day, word, bits) => {
    const age = (today - day) / DAY_MS;
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const pair = word * 32 + 31 - Math.clz32(rest & -rest);
      any!.mark(members[pair]!, age);
      if (isHere[pair] === 1) here!.mark(members[pair]!, age);
    }
  });
  for (let age = youngest; age < youngest + count; age++) {
    const [active, anyOn, hereOn] = [days.of(age), any!.of(age), here!.of(age)];
    for (let word = 0; word < active.length; word++) active[word]! &= hereOn[word]! | ~anyOn[word]!;
  }
}

/** The position of a key, or of the next higher one, by binary search. */
function positionOf(keys: Int32Array, key: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
