import type { Line } from '../read-lines.js';

/** A row as it stands in the file, over several lines where a quoted field has line ends in it. */
export interface CsvRecord {
  /** That of its first line. */
  number: number;
  text: string;
  unreadable?: string;
}

/** Further lines that a quoted field may take, and characters that a row may have. */
const MAX_LINES = 200;
const MAX_CHARACTERS = 256 * 1024;
const OPEN_QUOTE = 'has a quote that is not closed';

/**
 * Puts lines together into rows: a row ends where every quote in it is closed. A quote that stays
 * open costs its own line, not those after it.
 */
export class RecordReader {
  private begun: Line[] = [];
  private characters = 0;

  read(lines: readonly Line[]): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const line of lines) this.take(line, records);
    return records;
  }

  end(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.begun.length > 0) this.giveUp(records);
    return records;
  }

  private take(line: Line, records: CsvRecord[]): void {
    if (this.begun.length === 0 && !line.text.includes('"')) {
      if (line.unreadable !== undefined || !isBlank(line.text)) records.push(recordOf([line]));
      return;
    }
    if (line.unreadable !== undefined) {
      while (this.begun.length > 0) this.giveUp(records);
      records.push(recordOf([line]));
      return;
    }
    this.begun.push(line);
    this.characters += line.text.length;
    if (hasOddQuotes(line.text) === this.begun.length > 1) {
      records.push(recordOf(this.begun));
      this.forget();
    } else if (this.begun.length > MAX_LINES || this.characters > MAX_CHARACTERS) {
      this.giveUp(records);
    }
  }

  /** Rejects the line whose quote is open and reads those after it anew. */
  private giveUp(records: CsvRecord[]): void {
    const [first, ...others] = this.begun;
    this.forget();
    records.push({ ...recordOf([first!]), unreadable: OPEN_QUOTE });
    for (const line of others) this.take(line, records);
  }

  private forget(): void {
    this.begun = [];
    this.characters = 0;
  }
}

function recordOf(lines: readonly Line[]): CsvRecord {
  const { number, text: first, unreadable } = lines[0]!;
  const text = lines.length === 1 ? first : lines.map((line) => line.text).join('\n');
  return { number, text: text.endsWith('\r') ? text.slice(0, -1) : text, unreadable };
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function isBlank(text: string): boolean {
  return text === '' || text === '\r';
}
