/** Marks the file as UTF-8 for spreadsheets. */
export const BYTE_ORDER_MARK = '\ufeff';
const LINE_END = '\r\n';

// Spreadsheets read cells with these beginnings as formulas, some also after spaces or in full width.
const FORMULA = /^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])/;
const SPECIAL = /[",\r\n]/;

/** A text cell (RFC 4180). Gets an apostrophe when a spreadsheet would read it as a formula. Numbers never are. */
export function csvText(value: string | null): string {
  if (value === null) return '';
  const cell = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** An instant in a form that spreadsheets read. @param seconds unix seconds */
export function csvTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

export function csvCells(cells: readonly (string | number)[]): string {
  return cells.join(',') + LINE_END;
}
