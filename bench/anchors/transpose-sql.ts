const SIZE = 64;
/** For each size of square, the bits of a word that keep their position. */
const MASKS: readonly (readonly [shift: number, mask: bigint])[] = [
  [32, 0x00000000ffffffffn],
  [16, 0x0000ffff0000ffffn],
  [8, 0x00ff00ff00ff00ffn],
  [4, 0x0f0f0f0f0f0f0f0fn],
  [2, 0x3333333333333333n],
  [1, 0x5555555555555555n],
];

/**
 * SQL that transposes 64 words of 64 bits, the columns `x0` to `x63` of a query, by swapping ever smaller
 * squares. Afterwards bit i of column b is the former bit b of column i. Reading row by row would test 90 million
 * bits one by one; this handles 64 at once.
 * @param kept further columns of the result
 */
export function transposed(query: string, kept: string): string {
  return MASKS.reduce((from, [shift, mask]) => {
    const columns = Array.from({ length: SIZE }, (_, row) => {
      const swapped =
        (row & shift) === 0
          ? `(x${row} & ${mask}) | ((x${row + shift} & ${mask}) << ${shift})`
          : `((x${row - shift} >> ${shift}) & ${mask}) | (x${row} & ~${mask}::ubigint)`;
      return `${swapped} as x${row}`;
    });
    return `select ${kept}, ${columns.join(', ')} from (${from})`;
  }, query);
}

/** `x0` to `x63`: the first ones are the given columns, the rest are 0. */
export function wordsOf(columns: readonly string[]): string {
  return Array.from(
    { length: SIZE },
    (_, row) => `${columns[row] ?? '0::ubigint'} as x${row}`,
  ).join(', ');
}

/** The columns `x0` to `x63` as a list. */
export const WORD_LIST = `[${Array.from({ length: SIZE }, (_, row) => `x${row}`).join(', ')}]`;
