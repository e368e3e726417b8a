import { DAY_MS, type Calendar } from '#libs/contracts';
import {
  BLOCK_SHIFT,
  BLOCK_SIZE,
  NamedDays,
  NamedPairs,
  partsOf,
  scanActivity,
  scanMembersOf,
  type DayRange,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import { dayOf } from './day-of-span.js';
import { knownDays, replaceOrgActivity, storedOrgActivity } from './org-activity.store.js';
import { OrgDays, hasBit, setBit } from './org-days.js';

/** All possible days. West of Greenwich, 1970 begins on the last day of 1969. */
export const ALL_DAYS: DayRange = { from: -DAY_MS, before: Date.UTC(9999, 11, 31) };

/** @param day its first millisecond since 1970 */
export function oneDay(day: number): DayRange {
  return { from: day, before: day + DAY_MS };
}

/**
 * The spans of the members in one block of users, five numbers each: the user's place in the block, the org, the first
 * and the last day, counted from 1970, and the key of the pair in named activity, 0 for none. A flat array, because a
 * full derivation reads all spans once per day: as objects, a million members and a year took 67 s instead of 7.
 */
type BlockSpans = Int32Array;
const SPAN_FIELDS = 5;
const PAIR = 4;

/** Derives the days of a range on which these orgs were active, and writes the changes. */
export async function deriveOrgActivity(
  db: Connection,
  calendar: Calendar,
  orgKeys: readonly number[],
  range: DayRange,
): Promise<void> {
  if (orgKeys.length === 0) return;
  const spans = await loadSpans(db, calendar, orgKeys);
  const pairs = await addPairs(db, spans);
  const derived = new OrgDays(orgKeys);
  for (const part of partsOf(await knownPart(db, range), spans.size, pairs)) {
    const named = await NamedDays.read(db, part, pairs);
    await scanActivity(db, 'activity', part, [...spans.keys()], (day, block, bits) => {
      const unnamed = named.unnamed(day, block, bits);
      markOrgs(spans.get(block)!, day, unnamed, named, derived.bitsOf(day));
    });
  }
  for (const stored of await storedOrgActivity(db, range, derived.blocks)) derived.compare(stored);
  await replaceOrgActivity(db, derived.changed());
}

/**
 * Marks the orgs in which a user of the block was active on a day of a membership span.
 * @param unnamed the users who were active and named no org
 */
function markOrgs(
  spans: BlockSpans,
  day: number,
  unnamed: Uint8Array,
  named: NamedDays,
  orgBits: Uint8Array,
): void {
  const date = day / DAY_MS;
  for (let at = 0; at < spans.length; at += SPAN_FIELDS) {
    if (spans[at + 2]! > date || spans[at + 3]! < date) continue;
    const isActive = hasBit(unnamed, spans[at]!) || named.isNamed(day, spans[at + PAIR]!);
    if (isActive) setBit(orgBits, spans[at + 1]!);
  }
}

/** Fills in the pair keys of the spans. @returns the pairs of the spans' users */
async function addPairs(db: Connection, spans: Map<number, BlockSpans>): Promise<NamedPairs> {
  const users = new Set<number>();
  for (const [block, list] of spans) {
    for (let at = 0; at < list.length; at += SPAN_FIELDS)
      users.add((block << BLOCK_SHIFT) + list[at]!);
  }
  const pairs = await NamedPairs.of(db, [...users]);
  if (pairs.blocks.size === 0) return pairs;
  for (const [block, list] of spans) {
    for (let at = 0; at < list.length; at += SPAN_FIELDS) {
      list[at + PAIR] = pairs.keyOf((block << BLOCK_SHIFT) + list[at]!, list[at + 1]!);
    }
  }
  return pairs;
}

/** The days of a range from the first to the last with any activity. */
async function knownPart(db: Connection, range: DayRange): Promise<DayRange> {
  const { from, before } = await knownDays(db);
  return { from: Math.max(range.from, from), before: Math.min(range.before, before) };
}

async function loadSpans(
  db: Connection,
  calendar: Calendar,
  orgKeys: readonly number[],
): Promise<Map<number, BlockSpans>> {
  const byBlock = new Map<number, number[]>();
  const add = (user: number, org: number, from: number, to: number) => {
    const list = byBlock.get(user >> BLOCK_SHIFT) ?? [];
    byBlock.set(user >> BLOCK_SHIFT, list);
    list.push(user & (BLOCK_SIZE - 1), org, dayOf(from, calendar), dayOf(to, calendar), 0);
  };
  await scanMembersOf(db, orgKeys, (user, org, spans) => {
    for (const { from, to } of spans) add(user, org, from, to);
  });
  return new Map([...byBlock].map(([block, list]) => [block, Int32Array.from(list)]));
}
