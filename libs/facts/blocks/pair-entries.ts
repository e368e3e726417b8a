import { numbersOf } from './numbers-of.js';

/** A row of `activity_pairs` has the pairs of 64 consecutive users. */
const USERS_SHIFT = 6;
const ENTRY_BYTES = 12;

/** A pair of user and org that activity named; all three are keys. */
export interface NamedPair {
  id: number;
  user: number;
  org: number;
}

/** Receives the keys of a pair, of its user and of its org. */
export type OnPairKey = (id: number, user: number, org: number) => void;

/** The row of `activity_pairs` that has the pairs of a user. */
export function pairRowOf(user: number): number {
  return user >> USERS_SHIFT;
}

/** The rows of `activity_pairs` that have the pairs of some users. */
export function pairRowsOf(users: Iterable<number>): number[] {
  const rows = new Set<number>();
  for (const user of users) rows.add(pairRowOf(user));
  return [...rows];
}

/** Pairs in the form that `activity_pairs` stores: the keys of pair, user and org, 4 bytes each, big-endian. */
export function packPairs(pairs: readonly NamedPair[]): Buffer {
  const packed = Buffer.allocUnsafe(pairs.length * ENTRY_BYTES);
  let at = 0;
  for (const { id, user, org } of pairs) {
    at = packed.writeInt32BE(id, at);
    at = packed.writeInt32BE(user, at);
    at = packed.writeInt32BE(org, at);
  }
  return packed;
}

export function forEachPair(packed: Buffer, onPair: OnPairKey): void {
  const view = numbersOf(packed);
  for (let at = 0; at < packed.length; at += ENTRY_BYTES)
    onPair(view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8));
}
