import { DAY_MS } from '#libs/contracts';
import { BLOCK_SHIFT, BLOCK_SIZE, scanActivity, scanMembersOf, type DayRange } from '#libs/facts';
import type { Connection } from '#libs/database';
import { replaceOrgActivity, storedOrgActivity } from './org-activity.store.js';
import { OrgDays, hasBit, setBit } from './org-days.js';

/** Every day there can be. */
export const ALL_DAYS: DayRange = { from: 0, before: Date.UTC(9999, 11, 31) };

/** @param day its first millisecond since 1970 */
export function oneDay(day: number): DayRange {
  return { from: day, before: day + DAY_MS };
}

/**
 * The spans of the members in one block of users, four numbers each: the user's place in the block,
 * the org, the first and the last day, counted from 1970. Flat, since a derivation of everything goes
 * over them once a day: as objects, a million members and a year took 67 s instead of 7.
 */
type BlockSpans = Int32Array;
const SPAN_FIELDS = 4;
/** Before and after every day. */
const [ALWAYS, FOR_EVER] = [-(2 ** 30), 2 ** 30];

/** Derives and writes on which days of a range these orgs were active. */
export async function deriveOrgActivity(
  db: Connection,
  orgKeys: readonly number[],
  range: DayRange,
): Promise<void> {
  if (orgKeys.length === 0) return;
  const spans = await loadSpans(db, orgKeys);
  const derived = new OrgDays(orgKeys);
  await scanActivity(db, range, [...spans.keys()], (day, block, bits) => {
    markOrgs(spans.get(block)!, day / DAY_MS, bits, derived.bitsOf(day));
  });
  for (const stored of await storedOrgActivity(db, range, derived.blocks)) derived.compare(stored);
  await replaceOrgActivity(db, derived.changed());
}

/** Marks the orgs of those users of a block who were active on a day that their span covers. */
function markOrgs(spans: BlockSpans, day: number, userBits: Uint8Array, orgBits: Uint8Array): void {
  for (let at = 0; at < spans.length; at += SPAN_FIELDS) {
    if (spans[at + 2]! > day || spans[at + 3]! < day) continue;
    if (hasBit(userBits, spans[at]!)) setBit(orgBits, spans[at + 1]!);
  }
}

async function loadSpans(
  db: Connection,
  orgKeys: readonly number[],
): Promise<Map<number, BlockSpans>> {
  const byBlock = new Map<number, number[]>();
  const add = (user: number, org: number, from: number, to: number) => {
    const list = byBlock.get(user >> BLOCK_SHIFT) ?? [];
    byBlock.set(user >> BLOCK_SHIFT, list);
    list.push(user & (BLOCK_SIZE - 1), org, dayOf(from), dayOf(to));
  };
  await scanMembersOf(db, orgKeys, (user, org, spans) => {
    for (const { from, to } of spans) add(user, org, from, to);
  });
  return new Map([...byBlock].map(([block, list]) => [block, Int32Array.from(list)]));
}

/** The day of an instant (ms since 1970), counted from 1970; both days of a span count whole. */
function dayOf(ms: number): number {
  return Math.min(Math.max(Math.floor(ms / DAY_MS), ALWAYS), FOR_EVER);
}
