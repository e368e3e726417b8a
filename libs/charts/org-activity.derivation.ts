import { DAY_MS, type Calendar } from '#libs/contracts';
import {
  BLOCK_SHIFT,
  BLOCK_SIZE,
  NamedDays,
  NamedPairs,
  partsOf,
  scanActivity,
  scanMembershipsIn,
  type DayRange,
  type KeyRange,
} from '#libs/facts';
import type { Connection } from '#libs/database';
import { dayOf } from './day-of-span.js';
import {
  highestKeys,
  knownDays,
  replaceOrgActivity,
  scanOrgActivity,
} from './org-activity.store.js';
import { OrgDays, hasBit, setBit } from './org-days.js';

/** Users at a time, so that their memberships and named orgs fit in memory. */
const USERS_AT_ONCE = 2 ** 20;

/**
 * The spans of the members in one block of users, five numbers each: the user's place in the block, the org, the first
 * and the last day, counted from 1970, and the key of the pair in named activity, 0 for none. A flat array, because a
 * full derivation reads all spans once per day: as objects, a million members and a year took 67 s instead of 7.
 */
type BlockSpans = Int32Array;
const SPAN_FIELDS = 5;
const PAIR = 4;

/** Derives the days on which all orgs were active, and writes the differences. */
export async function deriveOrgActivity(db: Connection, calendar: Calendar): Promise<void> {
  const highest = await highestKeys(db);
  const known = await knownDays(db);
  const derived = new OrgDays(highest.orgs);
  for (let from = 0; from <= highest.users; from += USERS_AT_ONCE) {
    await markDays(db, calendar, { from, before: from + USERS_AT_ONCE }, known, derived);
  }
  await scanOrgActivity(db, (day, block, bits) => derived.compare(day, block, bits));
  await replaceOrgActivity(db, derived.changed());
}

/** Marks the days on which some users made orgs active. */
async function markDays(
  db: Connection,
  calendar: Calendar,
  users: KeyRange,
  days: DayRange,
  derived: OrgDays,
): Promise<void> {
  const spans = await loadSpans(db, calendar, users);
  const pairs = await addPairs(db, users, spans);
  for (const part of partsOf(days, spans.size, pairs)) {
    const named = await NamedDays.read(db, part, pairs);
    await scanActivity(db, 'activity', part, [...spans.keys()], (day, block, bits) => {
      const unnamed = named.unnamed(day, block, bits);
      markOrgs(spans.get(block)!, day, unnamed, named, derived.bitsOf(day));
    });
  }
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
async function addPairs(
  db: Connection,
  users: KeyRange,
  spans: Map<number, BlockSpans>,
): Promise<NamedPairs> {
  const pairs = await NamedPairs.in(db, users);
  if (pairs.blocks.size === 0) return pairs;
  for (const [block, list] of spans) {
    for (let at = 0; at < list.length; at += SPAN_FIELDS) {
      list[at + PAIR] = pairs.keyOf((block << BLOCK_SHIFT) + list[at]!, list[at + 1]!);
    }
  }
  return pairs;
}

async function loadSpans(
  db: Connection,
  calendar: Calendar,
  users: KeyRange,
): Promise<Map<number, BlockSpans>> {
  const byBlock = new Map<number, number[]>();
  const add = (user: number, org: number, from: number, to: number) => {
    const list = byBlock.get(user >> BLOCK_SHIFT) ?? [];
    byBlock.set(user >> BLOCK_SHIFT, list);
    list.push(user & (BLOCK_SIZE - 1), org, dayOf(from, calendar), dayOf(to, calendar), 0);
  };
  await scanMembershipsIn(db, users, (user, org, spans) => {
    for (const { from, to } of spans) add(user, org, from, to);
  });
  return new Map([...byBlock].map(([block, list]) => [block, Int32Array.from(list)]));
}
