/** The key of a trait, and the text of its cell, which is not empty. */
export type CsvTrait = readonly [key: string, cell: string];

const TRUTH = new Map([
  ['true', true],
  ['TRUE', true],
  ['false', false],
  ['FALSE', false],
]);
/** `007` and `1e5` are texts: they are more often codes than numbers. */
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
/** Numbers with more digits are not exact; they are kept as text. */
const MAX_DIGITS = 15;

/**
 * The value of a cell: `true`, `false`, `TRUE` and `FALSE` are booleans, a decimal number of at most
 * 15 digits is a number, all else is text.
 */
function valueOf(cell: string): string | number | boolean {
  const truth = TRUTH.get(cell);
  if (truth !== undefined) return truth;
  const isNumber = PLAIN_NUMBER.test(cell) && cell.replaceAll(/\D/g, '').length <= MAX_DIGITS;
  return isNumber ? Number(cell) : cell;
}

/** The traits of a row in wire form; undefined without any. */
export function traitsOfRow(traits: readonly CsvTrait[]): Record<string, unknown> | undefined {
  if (traits.length === 0) return undefined;
  return Object.fromEntries(traits.map(([key, cell]) => [key, valueOf(cell)]));
}
