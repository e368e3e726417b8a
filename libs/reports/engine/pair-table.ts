/** The arrays of a pair table, in shared memory. */
export interface PairColumns {
  /** The user key and org key of each pair, by the pair's key. Keys count from 1. */
  users: Int32Array;
  orgs: Int32Array;
  /** By the pair's key, the key of the pair of the same user that was added before; 0 for none. */
  next: Int32Array;
  /** By user key, the key of the pair that was added last; 0 for none. */
  first: Int32Array;
  /** Open addressing: the key of a pair, or 0. The length is a power of two. */
  slots: Int32Array;
}

const MIN_PAIRS = 1_024;
const ROOM_TO_GROW = 1.05;
/** At least this number. */
const SLOTS_A_PAIR = 1.5;

/** The keys of (user, org) pairs: 18 to 24 bytes per pair, and 4 bytes per user. */
export class PairTable {
  columns: PairColumns = columnsFor(MIN_PAIRS, new Int32Array(0));
  /** The greatest key. */
  last = 0;

  /** Adds a pair. Fastest in the order of users. */
  add(key: number, user: number, org: number): void {
    if (key >= this.columns.users.length) this.grow(Math.max(key, this.columns.users.length * 2));
    if (user >= this.columns.first.length) this.makeRoomForUsers(2 * (user + 1));
    const { columns } = this;
    columns.users[key] = user;
    columns.orgs[key] = org;
    columns.next[key] = columns.first[user]!;
    columns.first[user] = key;
    put(columns, key);
    this.last = Math.max(this.last, key);
  }

  /** Removes the pairs with keys above `last`, the most recently added ones. */
  truncate(last: number): void {
    const { users, orgs, next, first, slots } = this.columns;
    for (let key = this.last; key > last; key--) {
      // Unused keys have user 0. The key added last to a chain is at its end, so removing it loses no other key.
      if (users[key] === 0) continue;
      slots[slotOf(this.columns, users[key]!, orgs[key]!)] = 0;
      first[users[key]!] = next[key]!;
      users[key] = 0;
    }
    this.last = Math.min(this.last, last);
  }

  /** The key of a pair; 0 when there is none. */
  find(user: number, org: number): number {
    return this.columns.slots[slotOf(this.columns, user, org)]!;
  }

  /** Grows for keys up to `highest`, if needed. */
  makeRoom(highest: number): void {
    if (highest >= this.columns.users.length) this.grow(Math.ceil(highest * ROOM_TO_GROW));
  }

  /** Grows for users with keys below `users`, if needed. */
  makeRoomForUsers(users: number): void {
    const { first } = this.columns;
    if (users <= first.length) return;
    this.columns.first = sharedInts(Math.ceil(users * ROOM_TO_GROW));
    this.columns.first.set(first);
  }

  private grow(highest: number): void {
    const { users, orgs, next, first } = this.columns;
    this.columns = columnsFor(highest + 1, first);
    this.columns.users.set(users);
    this.columns.orgs.set(orgs);
    this.columns.next.set(next);
    for (let known = 1; known <= this.last; known++)
      if (users[known] !== 0) put(this.columns, known);
  }
}

/** Slots next to each other where the pairs of a user begin: a cache line. */
const NEAR_SLOTS = 16;

/**
 * The slot of a pair, or the free slot where its chain ends. A chain begins near those of users with similar keys, since
 * pairs are stored in the order of users: a million took about 100 instead of 180 ms of CPU to add. After a cache line it
 * continues at a random slot, since a user may have any number of pairs.
 */
function slotOf({ users, orgs, slots }: PairColumns, user: number, org: number): number {
  const last = slots.length - 1;
  const mixed = Math.imul(user, 0x9e3779b1) ^ Math.imul(org, 0x85ebca6b);
  let slot = (Math.imul(user, NEAR_SLOTS) + ((mixed >>> 15) & (NEAR_SLOTS - 1))) & last;
  for (let tried = 1; ; tried++) {
    const key = slots[slot]!;
    if (key === 0 || (users[key] === user && orgs[key] === org)) return slot;
    slot = (tried === NEAR_SLOTS ? mixed ^ (mixed >>> 15) : slot + 1) & last;
  }
}

function put(columns: PairColumns, key: number): void {
  columns.slots[slotOf(columns, columns.users[key]!, columns.orgs[key]!)] = key;
}

/** Up to so many pairs of a user are compared before the slots are searched. */
const FEW_PAIRS = 16;

/**
 * The key of a pair; 0 when there is none. For look-ups in the order of users: the pairs of a user are close to each other,
 * and most users have none or a few, while the slots are far apart.
 */
export function findNear(columns: PairColumns, user: number, org: number): number {
  const { next, orgs } = columns;
  let key = columns.first[user]!;
  for (let tried = 0; key !== 0 && orgs[key] !== org; tried++) {
    if (tried === FEW_PAIRS) return columns.slots[slotOf(columns, user, org)]!;
    key = next[key]!;
  }
  return key;
}

function columnsFor(pairs: number, first: Int32Array): PairColumns {
  const slots = 2 ** Math.ceil(Math.log2(pairs * SLOTS_A_PAIR));
  return {
    ...{ users: sharedInts(pairs), orgs: sharedInts(pairs), next: sharedInts(pairs) },
    ...{ first, slots: sharedInts(slots) },
  };
}

function sharedInts(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}
