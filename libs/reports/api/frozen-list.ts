import type { Ranking } from '#libs/contracts';
import { definitionOf } from '../definitions/index.js';
import type { NumberedEntry } from '../snapshots/packing.js';
import { keyAt, type PackedList } from './packed-list.query.js';

/**
 * Rows of a ranking with everything that a run says about them, so that they can be shown when the run is pruned. Each row
 * is a key, its rank, two numbers and its extras, 4 bytes each, little-endian.
 */
export interface FrozenList {
  /** The id of the ranking in the snapshot. */
  reportId: string;
  /** Bytes per row. */
  width: number;
  rows: Buffer;
}

const WORD = 4;
/** Words before the extras. */
const HEAD = 4;

/** Bytes per row of a frozen list. @param extras the number of extras */
function frozenWidth(extras: number): number {
  return (HEAD + extras) * WORD;
}

/** The number of rows of a frozen list. */
export function frozenLength({ rows, width }: FrozenList): number {
  return rows.length / width;
}

/** The key of a row, which counts from 0. */
export function frozenKey({ rows, width }: FrozenList, row: number): number {
  return rows.readUInt32LE(row * width);
}

/** Some rows of a frozen list, in the order of the given numbers of rows. */
export function frozenRows({ reportId, rows, width }: FrozenList, some: Uint32Array): FrozenList {
  const copied = Buffer.allocUnsafeSlow(some.length * width);
  for (const [at, row] of some.entries())
    rows.copy(copied, at * width, row * width, (row + 1) * width);
  return { reportId, width, rows: copied };
}

/**
 * Copies entries of a ranking, with their numbers.
 * @param positions the positions of the entries in the ranking, from 0
 * @param numbersOf the two numbers of the i-th of these entries
 */
export function freeze(
  ranking: Ranking,
  list: PackedList,
  positions: Uint32Array,
  numbersOf: (index: number) => readonly [number, number],
): FrozenList {
  const extras = definitionOf(ranking).extras.length;
  const width = frozenWidth(extras);
  const extraBytes = extras === 0 ? 0 : (list.width - WORD) / extras;
  const rows = Buffer.allocUnsafeSlow(positions.length * width);
  for (const [index, position] of positions.entries()) {
    const [to, from] = [index * width, position * list.width + WORD];
    const [first, second] = numbersOf(index);
    rows.writeUInt32LE(keyAt(list, position), to);
    rows.writeUInt32LE(position + 1, to + WORD);
    rows.writeUInt32LE(first, to + 2 * WORD);
    rows.writeUInt32LE(second, to + 3 * WORD);
    for (let extra = 0; extra < extras; extra++) {
      const at = from + extra * extraBytes;
      const value = extraBytes === 1 ? list.entries[at]! : list.entries.readInt32LE(at);
      rows.writeInt32LE(value, to + (HEAD + extra) * WORD);
    }
  }
  return { reportId: list.reportId, width, rows };
}

/** Reads the rows of a frozen list: the rank of each and its entry. */
export function thaw({ rows, width }: FrozenList): { rank: number; entry: NumberedEntry }[] {
  const extras = width / WORD - HEAD;
  return Array.from({ length: rows.length / width }, (_, row) => {
    const at = row * width;
    return {
      rank: rows.readUInt32LE(at + WORD),
      entry: {
        key: rows.readUInt32LE(at),
        numbers: [rows.readUInt32LE(at + 2 * WORD), rows.readUInt32LE(at + 3 * WORD)],
        extras: Array.from({ length: extras }, (_unused, extra) =>
          rows.readInt32LE(at + (HEAD + extra) * WORD),
        ),
      },
    };
  });
}
