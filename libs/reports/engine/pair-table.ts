/** The arrays of a pair table, in shared memory. */
export interface PairColumns {
  /** The user key and org key of each pair, by row. Rows count from 1. */
  users: Int32Array;
  orgs: Int32Array;
  /** By row, the row of the same user that was added before; 0 for none. */
  next: Int32Array;
  /** By user key, the row that was added last; 0 for none. */
  first: Int32Array;
  /** Open addressing: a row, or 0. The length is a power of two. */
  slots: Int32Array;
}

const MIN_PAIRS = 1_024;
const ROOM_TO_GROW = 1.05;
/** At least this number. */
const SLOTS_A_PAIR = 1.5;

/** (user, org) pairs, numbered in the order in which they are added: 18 to 24 bytes per pair, and 4 bytes per user. */
export class PairTable {
  columns: PairColumns = columnsFor(MIN_PAIRS, new Int32Array(0));
  /** The number of pairs, which is also the last row. */
  count = 0;

  /** Adds a pair that is not in the table. Fastest in the order of users. @returns its row */
  add(user: number, org: number): number {
    const row = ++this.count;
    if (row >= this.columns.users.length) this.grow(row * 2);
    if (user >= this.columns.first.length) this.makeRoomForUsers(2 * (user + 1));
    const { columns } = this;
    columns.users[row] = user;
    columns.orgs[row] = org;
    columns.next[row] = columns.first[user]!;
    columns.first[user] = row;
    put(columns, row);
    return row;
  }

  /** Removes the pairs that were added after the first `count`. */
  truncate(count: number): void {
    const { users, orgs, next, first, slots } = this.columns;
    for (; this.count > count; this.count--) {
      // The row added last to a chain is at its end, so removing it loses no other row.
      const user = users[this.count]!;
      slots[slotOf(this.columns, user, orgs[this.count]!)] = 0;
      first[user] = next[this.count]!;
    }
  }

  /** The row of a pair; 0 when there is none. */
  find(user: number, org: number): number {
    return this.columns.slots[slotOf(this.columns, user, org)]!;
  }

  /** Grows for so many pairs, if needed. */
  makeRoom(pairs: number): void {
    if (pairs >= this.columns.users.length) this.grow(Math.ceil(pairs * ROOM_TO_GROW));
  }

  /** Grows for users with keys below `users`, if needed. */
  makeRoomForUsers(users: number): void {
    const { first } = this.columns;
    if (users <= first.length) return;
    this.columns.first = sharedInts(Math.ceil(users * ROOM_TO_GROW));
    this.columns.first.set(first);
  }

  private grow(pairs: number): void {
    const { users, orgs, next, first } = this.columns;
    this.columns = columnsFor(pairs + 1, first);
    this.columns.users.set(users);
    this.columns.orgs.set(orgs);
    this.columns.next.set(next);
    for (let row = 1; row < Math.min(this.count + 1, users.length); row++) put(this.columns, row);
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
    const row = slots[slot]!;
    if (row === 0 || (users[row] === user && orgs[row] === org)) return slot;
    slot = (tried === NEAR_SLOTS ? mixed ^ (mixed >>> 15) : slot + 1) & last;
  }
}

function put(columns: PairColumns, row: number): void {
  columns.slots[slotOf(columns, columns.users[row]!, columns.orgs[row]!)] = row;
}

/** Up to so many pairs of a user are compared before the slots are searched. */
const FEW_PAIRS = 16;

/**
 * The row of a pair; 0 when there is none. For look-ups in the order of users: most users have none or a few pairs, whose rows
 * are close to each other, while the slots are far apart. With the slots alone, a tally of 1.25 million spans and 755,000 named
 * pairs took 400 instead of 130 ms of CPU.
 */
export function findNear(columns: PairColumns, user: number, org: number): number {
  const { next, orgs } = columns;
  let row = columns.first[user]!;
  for (let tried = 0; row !== 0 && orgs[row] !== org; tried++) {
    if (tried === FEW_PAIRS) return columns.slots[slotOf(columns, user, org)]!;
    row = next[row]!;
  }
  return row;
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
