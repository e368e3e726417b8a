import { Bitset } from '#libs/facts';
import { frozenKey, frozenLength, frozenRows, type FrozenList } from '#libs/reports';

/** The rows that are in one of two lists only, in the order of that list. */
export interface Differences {
  entered: FrozenList;
  left: FrozenList;
}

/** What has changed from one list to another. */
export function differences(before: FrozenList, after: FrozenList): Differences {
  return { entered: rowsOnlyIn(after, before), left: rowsOnlyIn(before, after) };
}

/** No rows of these lists. */
export function noDifferences(before: FrozenList, after: FrozenList): Differences {
  const none = new Uint32Array(0);
  return { entered: frozenRows(after, none), left: frozenRows(before, none) };
}

function rowsOnlyIn(list: FrozenList, other: FrozenList): FrozenList {
  const [known, highest] = [keysOf(other), highestKey(list)];
  const others = new Bitset(Math.max(highest, highestKey(other)));
  for (const key of known) others.add(key);
  const found = new Uint32Array(frozenLength(list));
  let count = 0;
  for (let row = 0; row < found.length; row++)
    if (!others.has(frozenKey(list, row))) found[count++] = row;
  return frozenRows(list, found.subarray(0, count));
}

function keysOf(list: FrozenList): Uint32Array {
  return Uint32Array.from({ length: frozenLength(list) }, (_, row) => frozenKey(list, row));
}

function highestKey(list: FrozenList): number {
  let highest = 0;
  for (let row = 0; row < frozenLength(list); row++)
    highest = Math.max(highest, frozenKey(list, row));
  return highest;
}
