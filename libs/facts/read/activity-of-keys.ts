import { copyRows, literal, type Connection } from '#libs/database';
import { keySet } from '../blocks/bitset.js';
import { BLOCK_SHIFT, BLOCK_SIZE, type ActivityTable } from '../blocks/day-block.js';
import { pairRowsOf, type NamedPair, type OnPairKey } from '../blocks/pair-entries.js';
import { CHANGED_SINCE } from './read-point.js';
import { copyPairs, selectFrom, type DayRange } from './scan.js';

const WORD_BITS = 32;

/** Receives the active ones of up to 32 keys on a day: bit b is that of the key at position 32 `word` + b. Never 0. */
type OnActive = (day: number, word: number, bits: number) => void;

/**
 * Streams the folded activity of some keys, users or pairs, in a range of days, unordered: one bit per key and day, 32
 * keys at a time.
 * @param keys fastest when those of a block are next to each other
 * @param onlyChanged whether to read only the blocks that changed since the read point of `setChangedSince`
 */
export async function scanActivityOf(
  db: Connection,
  table: ActivityTable,
  range: DayRange,
  keys: Int32Array,
  onActive: OnActive,
  onlyChanged = false,
): Promise<void> {
  const blocks = stretchesByBlock(keys);
  if (blocks.size === 0) return;
  const bitOf = new Uint16Array(keys.length);
  for (let position = 0; position < keys.length; position++)
    bitOf[position] = keys[position]! & (BLOCK_SIZE - 1);
  const read = (source: Buffer, bytes: number, day: number, { first, before }: Stretch) => {
    for (let position = first; position < before;) {
      const word = position >>> 5;
      const end = Math.min(before, (word + 1) * WORD_BITS);
      let bits = 0;
      // Without branches: who is active cannot be predicted.
      for (; position < end; position++) {
        const bit = bitOf[position]!;
        bits |= ((source[bytes + (bit >>> 3)]! >>> (7 - (bit & 7))) & 1) << position;
      }
      if (bits !== 0) onActive(day, word, bits);
    }
  };
  const ofBlocks = `block in (select unnest(${literal.ints([...blocks.keys()])}))`;
  const changed = onlyChanged ? `and (${CHANGED_SINCE})` : '';
  await copyRows(db, `${selectFrom(table, range)} and ${ofBlocks} ${changed}`, (row) => {
    const day = row.dayMs();
    const stretches = blocks.get(row.int())!;
    row.pass();
    // After the number of bits, in 4 bytes.
    for (const stretch of stretches) read(row.source, row.start + 4, day, stretch);
  });
}

/** Positions with keys of one block, next to each other. */
interface Stretch {
  first: number;
  before: number;
}

function stretchesByBlock(keys: Int32Array): Map<number, Stretch[]> {
  const blocks = new Map<number, Stretch[]>();
  let latest: Stretch | undefined;
  let before = -1;
  for (let position = 0; position < keys.length; position++) {
    const block = keys[position]! >> BLOCK_SHIFT;
    if (latest && block === before) {
      latest.before = position + 1;
      continue;
    }
    latest = { first: position, before: position + 1 };
    before = block;
    const known = blocks.get(block);
    if (known) known.push(latest);
    else blocks.set(block, [latest]);
  }
  return blocks;
}

const pairsIn = (rows: readonly number[], after: number) => `
  select entries from activity_pairs
  where last_id > ${literal.int(after)} and block = any(${literal.ints(rows)})`;

/**
 * Streams the pairs of some users, the lowest id first.
 * @param after only those with higher ids
 */
export async function scanPairsByKey(
  db: Connection,
  users: Int32Array,
  after: number,
  onPair: OnPairKey,
): Promise<void> {
  const wanted = keySet(users);
  const pairs: NamedPair[] = [];
  await copyPairs(db, pairsIn(pairRowsOf(users), after), (id, user, org) => {
    if (id > after && wanted.has(user)) pairs.push({ id, user, org });
  });
  pairs.sort((one, other) => one.id - other.id);
  for (const { id, user, org } of pairs) onPair(id, user, org);
}
