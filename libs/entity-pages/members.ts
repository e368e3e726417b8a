import { contactRole, type OrgMember, type Span } from '#libs/facts';

/** An addition or a removal of a user; `at` in milliseconds since 1970. */
export interface Move {
  userKey: number;
  at: number;
}

/** The current and former members of an org, and when each was last active, in unix seconds. */
interface SeenMembers {
  members: readonly OrgMember[];
  lastActive: Uint32Array;
}

/** An existing user with an open span. */
export interface PresentMember {
  /** The index in `members`. */
  position: number;
  userKey: number;
  span: Span;
  /** Unix seconds. */
  lastActiveAt: number;
}

/** Sorts keys of users by their ids. */
type InOrderOfIds = (keys: number[]) => Promise<number[]>;

/**
 * The number of members at some moments, counted like `num_users`: includes deleted users.
 * @param moments milliseconds since 1970, ascending, inclusive
 */
export function membersAt(members: readonly OrgMember[], moments: readonly number[]): number[] {
  const changes = new Int32Array(moments.length + 1);
  const firstNotBefore = (at: number) => {
    let [low, high] = [0, moments.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (moments[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (const { spans } of members) {
    for (const { openedAt, to } of spans) {
      changes[firstNotBefore(openedAt)]!++;
      if (to !== Infinity) changes[firstNotBefore(to)]!--;
    }
  }
  let count = 0;
  return moments.map((_, index) => (count += changes[index]!));
}

/**
 * The items at places [`from`, `before`) in the order of their values, the greatest first; ties are ordered by id, which
 * are read only for items that share a value with another one of the result.
 * @param values one per item
 * @param keyOf the key of the user of an item
 */
async function ranked(
  values: Float64Array,
  keyOf: (item: number) => number,
  [from, before]: readonly [number, number],
  inOrderOfIds: InOrderOfIds,
): Promise<number[]> {
  const end = Math.min(before, values.length);
  if (from >= end) return [];
  const [greatest, least] = [from, end - 1].map((place) => valueAt(values, place));
  const items: number[] = [];
  let greater = 0;
  for (let item = 0; item < values.length; item++) {
    const value = values[item]!;
    if (value > greatest!) greater++;
    else if (value >= least!) items.push(item);
  }
  items.sort((one, other) => values[other]! - values[one]!);
  const isTied = (place: number) =>
    [place - 1, place + 1].some((next) => values[items[next]!] === values[items[place]!]);
  const tied = items.filter((_, place) => isTied(place)).map(keyOf);
  if (tied.length > 0) {
    const ranks = new Map((await inOrderOfIds(tied)).map((key, rank) => [key, rank]));
    const rankOf = (item: number) => ranks.get(keyOf(item)) ?? 0;
    items.sort((one, other) => values[other]! - values[one]! || rankOf(one) - rankOf(other));
  }
  return items.slice(from - greater, end - greater);
}

/** The value at a place, the greatest at 0. Quickselect: takes time for the values once or twice, not for a sort. */
function valueAt(values: Float64Array, place: number): number {
  const rest = values.slice();
  for (let [first, last] = [0, rest.length - 1]; first < last;) {
    const pivot = rest[(first + last) >>> 1]!;
    let [left, right] = [first, last];
    while (left <= right) {
      while (rest[left]! > pivot) left++;
      while (rest[right]! < pivot) right--;
      if (left > right) break;
      [rest[left], rest[right]] = [rest[right]!, rest[left]!];
      left++;
      right--;
    }
    // From `first` to `right` none is less than the pivot, from `left` to `last` none is greater.
    if (place <= right) last = right;
    else if (place >= left) first = left;
    else break;
  }
  return rest[place]!;
}

/** The members at places [`from`, `before`) among those at some positions, the most recently active first. */
export async function mostRecent(
  seen: SeenMembers,
  positions: Int32Array,
  places: readonly [from: number, before: number],
  inOrderOfIds: InOrderOfIds,
): Promise<PresentMember[]> {
  const values = valuesOf(positions, (position) => seen.lastActive[position]!);
  return presentBy(values, seen, positions, places, inOrderOfIds);
}

/** The members with the most days, without those with none; ties are ordered by last activity, the latest first. */
export async function mostActive(
  seen: SeenMembers,
  positions: Int32Array,
  daysOf: (position: number) => number,
  most: number,
  inOrderOfIds: InOrderOfIds,
): Promise<PresentMember[]> {
  const active = positions.filter((position) => daysOf(position) > 0);
  const values = valuesOf(
    active,
    (position) => daysOf(position) * 2 ** 32 + seen.lastActive[position]!,
  );
  return presentBy(values, seen, active, [0, most], inOrderOfIds);
}

/** A loop: `Float64Array.from` takes ten times as long. */
function valuesOf(positions: Int32Array, valueOf: (position: number) => number): Float64Array {
  const values = new Float64Array(positions.length);
  for (let item = 0; item < values.length; item++) values[item] = valueOf(positions[item]!);
  return values;
}

async function presentBy(
  values: Float64Array,
  { members, lastActive }: SeenMembers,
  positions: Int32Array,
  places: readonly [from: number, before: number],
  inOrderOfIds: InOrderOfIds,
): Promise<PresentMember[]> {
  const keyOf = (item: number) => members[positions[item]!]!.userKey;
  const items = await ranked(values, keyOf, places, inOrderOfIds);
  return items.map((item) => {
    const position = positions[item]!;
    const { userKey, spans } = members[position]!;
    return { position, userKey, span: spans.at(-1)!, lastActiveAt: lastActive[position]! };
  });
}

/** The latest additions or removals of existing users, newest first. */
export async function latestMoves(
  members: readonly OrgMember[],
  kind: 'addition' | 'removal',
  most: number,
  inOrderOfIds: InOrderOfIds,
): Promise<Move[]> {
  const momentOf = kind === 'addition' ? additionOf : removalOf;
  const userKeys: number[] = [];
  const moments: number[] = [];
  for (const { userKey, exists, spans } of members) {
    if (!exists) continue;
    for (const span of spans) {
      const at = momentOf(span);
      if (at === undefined) continue;
      userKeys.push(userKey);
      moments.push(at);
    }
  }
  const keyOf = (move: number) => userKeys[move]!;
  const latest = await ranked(new Float64Array(moments), keyOf, [0, most], inOrderOfIds);
  return latest.map((move) => ({ userKey: userKeys[move]!, at: moments[move]! }));
}

/** Up to `most` members whose role names an owner or an administrator: owners first, then the most recently active. */
export async function contactsAmong(
  seen: SeenMembers,
  present: Int32Array,
  most: number,
  inOrderOfIds: InOrderOfIds,
): Promise<PresentMember[]> {
  const kinds = new Map<string, ReturnType<typeof contactRole>>();
  const kindOf = (position: number) => {
    const { role } = seen.members[position]!.spans.at(-1)!;
    if (!kinds.has(role)) kinds.set(role, contactRole(role));
    return kinds.get(role);
  };
  const of = (kind: 'owner' | 'admin') => {
    const positions = present.filter((position) => kindOf(position) === kind);
    return mostRecent(seen, positions, [0, most], inOrderOfIds);
  };
  return [...(await of('owner')), ...(await of('admin'))].slice(0, most);
}

function additionOf({ isAddition, from }: Span): number | undefined {
  return isAddition ? from : undefined;
}

function removalOf({ to }: Span): number | undefined {
  return to === Infinity ? undefined : to;
}
