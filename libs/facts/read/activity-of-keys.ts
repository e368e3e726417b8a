import { copyRows, literal, type Connection } from '#libs/database';
import { BLOCK_SHIFT, BLOCK_SIZE, type ActivityTable } from '../blocks/day-block.js';
import { selectFrom, type DayRange } from './scan.js';

const WORD_BITS = 32;

/** Receives the active ones of up to 32 keys on a day: bit b is that of the key at position 32 `word` + b. Never 0. */
export type OnActive = (day: number, word: number, bits: number) => void;

/**
 * Streams the folded activity of some keys, users or pairs, in a range of days, unordered: one bit per key and day, 32
 * keys at a time.
 * @param keys ascending
 */
export async function scanActivityOf(
  db: Connection,
  table: ActivityTable,
  range: DayRange,
  keys: Int32Array,
  onActive: OnActive,
): Promise<void> {
  const blocks = positionsByBlock(keys);
  const bitOf = Uint16Array.from(keys, (key) => key & (BLOCK_SIZE - 1));
  const ofBlocks = `block in (select unnest(${literal.ints([...blocks.keys()])}))`;
  await copyRows(db, `${selectFrom(table, range)} and ${ofBlocks}`, (row) => {
    const day = row.dayMs();
    const { first, before } = blocks.get(row.int())!;
    row.pass();
    const { source, start } = row;
    // After the number of bits, in 4 bytes.
    const bytes = start + 4;
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
  });
}

/** The positions of the keys of each block. */
function positionsByBlock(keys: Int32Array): Map<number, { first: number; before: number }> {
  const blocks = new Map<number, { first: number; before: number }>();
  for (let position = 0; position < keys.length; position++) {
    const block = keys[position]! >> BLOCK_SHIFT;
    const known = blocks.get(block);
    if (known) known.before = position + 1;
    else blocks.set(block, { first: position, before: position + 1 });
  }
  return blocks;
}

const pairsOf = (orgKey: number) => `
  select id, user_key, org_key from activity_pairs
  where user_key in (select user_key from memberships where org_key = ${literal.int(orgKey)})
  order by id`;

/** Streams the pairs of all current and former members of an org, the lowest id first. */
export async function scanPairsOfMembers(
  db: Connection,
  orgKey: number,
  onPair: (id: number, user: number, org: number) => void,
): Promise<void> {
  await copyRows(db, pairsOf(orgKey), (row) => onPair(row.int(), row.int(), row.int()));
}
