import { DAY_MS } from '#libs/contracts';
import type { Connection } from '#libs/database';
import {
  BLOCK_BYTES,
  BLOCK_SHIFT,
  BLOCK_SIZE,
  isMarked,
  type BlocksByDay,
} from '../blocks/day-block.js';
import type { KeyRange } from './scan-some-memberships.js';
import { scanActivity, scanBlocks, scanPairsIn, scanPairsOf, type DayRange } from './scan.js';

/** The pairs of some users that activity ever named. */
export class NamedPairs {
  /** Keys by user and org. */
  private readonly byUser = new Map<number, Map<number, number>>();
  /** The pairs of each block of pairs. */
  private readonly byBlock = new Map<number, { id: number; user: number }[]>();

  static async of(db: Connection, users: readonly number[]): Promise<NamedPairs> {
    const pairs = new NamedPairs();
    await scanPairsOf(db, users, (...pair) => pairs.add(...pair));
    return pairs;
  }

  static async in(db: Connection, users: KeyRange): Promise<NamedPairs> {
    const pairs = new NamedPairs();
    await scanPairsIn(db, users, (...pair) => pairs.add(...pair));
    return pairs;
  }

  /** The key of a pair; 0 when it was never named. */
  keyOf(user: number, org: number): number {
    return this.byUser.get(user)?.get(org) ?? 0;
  }

  /** The keys of the pairs of a user. */
  keysOf(user: number): Iterable<number> {
    return this.byUser.get(user)?.values() ?? [];
  }

  /** The blocks of pairs, and the pairs in each. */
  get blocks(): ReadonlyMap<number, readonly { id: number; user: number }[]> {
    return this.byBlock;
  }

  private add(id: number, user: number, org: number): void {
    const ofUser = this.byUser.get(user) ?? new Map<number, number>();
    this.byUser.set(user, ofUser.set(org, id));
    const inBlock = this.byBlock.get(id >> BLOCK_SHIFT);
    if (inBlock) inBlock.push({ id, user });
    else this.byBlock.set(id >> BLOCK_SHIFT, [{ id, user }]);
  }
}

interface NamedDay {
  /** Bitmaps of named pairs, by block of pairs. */
  pairs: Map<number, Buffer>;
  /** Bitmaps of users who named any org, by block of users. */
  users: Map<number, Buffer>;
}

/** Bytes of named activity to hold at once. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Parts of a range whose named activity fits in memory.
 * @param userBlocks how many blocks the users are in
 */
export function partsOf(
  { from, before }: DayRange,
  userBlocks: number,
  { blocks }: NamedPairs,
): DayRange[] {
  if (blocks.size === 0) return [{ from, before }];
  const days = Math.floor(MAX_BYTES / ((userBlocks + blocks.size) * BLOCK_BYTES));
  const step = Math.max(days, 1) * DAY_MS;
  const parts: DayRange[] = [];
  for (let day = from; day < before; day += step) {
    parts.push({ from: day, before: Math.min(day + step, before) });
  }
  return parts;
}

/** On which days of a range some users named orgs, from the folded activity. */
export class NamedDays {
  private readonly days = new Map<number, NamedDay>();

  static async read(db: Connection, range: DayRange, pairs: NamedPairs): Promise<NamedDays> {
    const named = new NamedDays();
    const { blocks } = pairs;
    if (blocks.size === 0) return named;
    await scanActivity(db, 'named_activity', range, [...blocks.keys()], (day, block, bits) =>
      named.take(day, block, bits, blocks.get(block)!),
    );
    return named;
  }

  /** @param wanted the blocks of pairs to read */
  static async readBlocks(
    db: Connection,
    wanted: BlocksByDay,
    { blocks }: NamedPairs,
  ): Promise<NamedDays> {
    const named = new NamedDays();
    await scanBlocks(db, 'named_activity', wanted, (day, block, bits) =>
      named.take(day, block, bits, blocks.get(block)!),
    );
    return named;
  }

  /** Whether a pair was named on a day. @param pair its key, or 0 for none */
  isNamed(day: number, pair: number): boolean {
    if (pair === 0) return false;
    const bits = this.days.get(day)?.pairs.get(pair >> BLOCK_SHIFT);
    return bits !== undefined && isMarked(bits, pair);
  }

  /** Whether a user named any org on a day. */
  hasNamed(day: number, user: number): boolean {
    const bits = this.days.get(day)?.users.get(user >> BLOCK_SHIFT);
    return bits !== undefined && isMarked(bits, user);
  }

  /**
   * The users of a block who named no org on a day.
   * @param active bitmap of the active users of the block
   */
  unnamed(day: number, block: number, active: Uint8Array): Uint8Array {
    const named = this.days.get(day)?.users.get(block);
    return named ? active.map((byte, index) => byte & ~named[index]!) : active;
  }

  private take(
    day: number,
    block: number,
    bits: Uint8Array,
    pairs: readonly { id: number; user: number }[],
  ): void {
    const known: NamedDay = this.days.get(day) ?? { pairs: new Map(), users: new Map() };
    let isWanted = false;
    for (const { id, user } of pairs) {
      if (!isMarked(bits, id)) continue;
      isWanted = true;
      const userBlock = user >> BLOCK_SHIFT;
      const users = known.users.get(userBlock) ?? Buffer.alloc(BLOCK_BYTES);
      known.users.set(userBlock, users);
      const bit = user & (BLOCK_SIZE - 1);
      users[bit >> 3]! |= 0x80 >> (bit & 7);
    }
    if (!isWanted) return;
    known.pairs.set(block, Buffer.from(bits));
    this.days.set(day, known);
  }
}
