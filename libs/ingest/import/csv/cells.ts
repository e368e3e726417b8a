import { parse } from 'csv-parse/sync';
import type { CsvRecord } from './records.js';

/** The cells of a row; undefined for a row that is not valid by RFC 4180. */
export type Cells = string[] | undefined;

/** Splits rows into cells by RFC 4180. */
export function cellsOf(records: readonly CsvRecord[], delimiter: string): Cells[] {
  const quoted = records.filter(isQuoted);
  const parsed = parseAll(quoted, delimiter);
  let next = 0;
  return records.map((record) => {
    if (record.unreadable !== undefined) return undefined;
    // Rows without quotes are split directly, which is ten times as fast.
    return isQuoted(record) ? parsed[next++] : record.text.split(delimiter);
  });
}

function isQuoted({ text, unreadable }: CsvRecord): boolean {
  return unreadable === undefined && text.includes('"');
}

/** Parses all rows at once; when one is invalid, each row alone. */
function parseAll(records: readonly CsvRecord[], delimiter: string): Cells[] {
  if (records.length === 0) return [];
  const cells = parsed(records.map(({ text }) => text).join('\n'), delimiter);
  if (cells?.length === records.length) return cells;
  return records.map(({ text }) => {
    const alone = parsed(text, delimiter);
    return alone?.length === 1 ? alone[0] : undefined;
  });
}

function parsed(text: string, delimiter: string): string[][] | undefined {
  try {
    return parse(text, { delimiter, relax_column_count: true, record_delimiter: '\n' });
  } catch {
    return undefined;
  }
}
