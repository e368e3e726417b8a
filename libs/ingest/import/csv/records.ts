import type { Line } from '../read-lines.js';

/** The text of a row. It spans several lines when a quoted field contains line ends. */
export interface CsvRecord {
  /** The number of its first line. */
  number: number;
  text: string;
  unreadable?: string;
}

/** Limits for the lines and the characters of a row. */
const MAX_LINES = 200;
const MAX_CHARACTERS = 256 * 1024;
const OPEN_QUOTE = 'has a quote that is not closed';

/**
 * Joins lines into rows. A row ends at the line that closes its last quote. A quote that is never
 * closed rejects only its own line.
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

  /** Rejects the line with the open quote and reads the following lines again. */
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
