/** The arrays of a pair table. */
interface PairColumns {
  /** The user key and org key of each pair, by the pair's key. Keys count from 1. */
  users: Int32Array;
  orgs: Int32Array;
  /** Open addressing: the key of a pair, or 0. The length is a power of two. */
  slots: Int32Array;
}

const MIN_PAIRS = 1_024;

/** The keys of (user, org) pairs: 16 to 24 bytes per pair. */
export class PairTable {
  columns: PairColumns = columnsFor(MIN_PAIRS);
  /** The greatest key. */
  last = 0;

  /** Adds a pair. */
  add(key: number, user: number, org: number): void {
    if (key >= this.columns.users.length) this.grow(key);
    this.columns.users[key] = user;
    this.columns.orgs[key] = org;
    put(this.columns, key);
    this.last = Math.max(this.last, key);
  }

  /** Removes the pairs with keys above `last`, the most recently added ones. */
  truncate(last: number): void {
    const { users, orgs, slots } = this.columns;
    for (let key = this.last; key > last; key--) {
      // Unused keys have user 0. The key added last to a chain is at its end, so removing it loses no other key.
      if (users[key] === 0) continue;
      slots[slotOf(this.columns, users[key]!, orgs[key]!)] = 0;
      users[key] = 0;
    }
    this.last = Math.min(this.last, last);
  }

  /** The key of a pair; 0 when there is none. */
  find(user: number, org: number): number {
    return this.columns.slots[slotOf(this.columns, user, org)]!;
  }

  private grow(key: number): void {
    const { users, orgs } = this.columns;
    this.columns = columnsFor(Math.max(key + 1, users.length * 2));
    this.columns.users.set(users);
    this.columns.orgs.set(orgs);
    for (let known = 1; known <= this.last; known++)
      if (users[known] !== 0) put(this.columns, known);
  }
}

/** The slot of a pair, or the free slot where its chain ends. */
function slotOf({ users, orgs, slots }: PairColumns, user: number, org: number): number {
  const last = slots.length - 1;
  let slot = (Math.imul(user, 0x9e3779b1) ^ Math.imul(org, 0x85ebca6b)) >>> 0;
  slot = (slot ^ (slot >>> 15)) & last;
  for (;;) {
    const key = slots[slot]!;
    if (key === 0 || (users[key] === user && orgs[key] === org)) return slot;
    slot = (slot + 1) & last;
  }
}

function put(columns: PairColumns, key: number): void {
  columns.slots[slotOf(columns, columns.users[key]!, columns.orgs[key]!)] = key;
}

/** Allocates at least two slots per pair. */
function columnsFor(pairs: number): PairColumns {
  const slots = 2 ** Math.ceil(Math.log2(pairs * 2));
  return {
    ...{ users: new Int32Array(pairs), orgs: new Int32Array(pairs) },
    slots: new Int32Array(slots),
  };
}
