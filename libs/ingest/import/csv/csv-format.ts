import {
  addDropped,
  checkEvent,
  type Calendar,
  type CheckContext,
  type DroppedTraits,
  type FieldErrors,
  type NativeEvent,
} from '#libs/contracts';
import type { FileFormat, LinesRead, RejectedLine } from '../file-format.js';
import type { Line } from '../read-lines.js';
import { cellsOf, type Cells } from './cells.js';
import { HeaderError, readHeader, type CsvKind, type Header } from './columns.js';
import { RecordReader, type CsvRecord } from './records.js';
import { eventsOfRow, type CsvRow } from './rows.js';
import type { CsvTrait } from './traits.js';

const DELIMITERS = [',', ';', '\t'];
/** An optional first line that names the delimiter, as Excel writes it. */
const DELIMITER_HINT = /^"?sep=([^"])"?$/i;
const NOT_CSV = {
  row: ['cannot be read: quotes must stand around a whole cell, doubled inside it'],
};

/** A row, and its cells of traits by key. */
interface RowRead {
  row: CsvRow;
  traits: readonly CsvTrait[];
}

type CheckedRow = { events: NativeEvent[]; dropped: DroppedTraits } | { errors: FieldErrors };

/** CSV with a header row: users, orgs, memberships, activity or invites. */
export class CsvFormat implements FileFormat {
  private readonly records = new RecordReader();
  private header: Header | undefined;
  private delimiter = ',';
  private delimiterHint: string | undefined;
  private headText = '';
  private columnCount = 0;

  /**
   * @param context its `receivedAt` is the time as of which the file is valid
   * @param calendar of the store: a day in the file is a day there
   * @param kind the kind of rows; undefined to detect it from the header
   */
  constructor(
    private readonly context: CheckContext,
    private readonly calendar: Calendar,
    private readonly kind?: CsvKind,
  ) {}

  /** @throws HeaderError when the first row is not a header of the kind */
  read(lines: readonly Line[]): LinesRead {
    return this.readRecords(this.records.read(lines));
  }

  /** @throws HeaderError when the file is empty, or its only row is not a header */
  end(): LinesRead {
    const read = this.readRecords(this.records.end());
    if (!this.header) throw new HeaderError('The file is empty: its first row must be a header.');
    return read;
  }

  rejectedHead(): string {
    const head = ['rejected_line', 'rejected_reason', this.headText].join(this.delimiter);
    return this.delimiterHint === undefined ? head : `sep=${this.delimiterHint}\n${head}`;
  }

  /** The original row after two columns, which a later import ignores. */
  rejectedLine({ number, text, errors }: RejectedLine): string {
    const reasons = Object.entries(errors).map(
      ([name, problems]) => `${name} ${problems.join(', ')}`,
    );
    const reason = `"${reasons.join('; ').replaceAll('"', '""')}"`;
    return [number, reason, text].join(this.delimiter);
  }

  private readRecords(records: readonly CsvRecord[]): LinesRead {
    const rows = this.header ? records : this.readHeader(records);
    const dropped: DroppedTraits = {};
    const read: LinesRead = { count: rows.length, events: [], rejected: [], dropped };
    for (const [index, cells] of cellsOf(rows, this.delimiter).entries()) {
      const { number, text, unreadable } = rows[index]!;
      const row = this.rowOf(cells, unreadable);
      const checked = 'errors' in row ? row : this.check(row);
      if ('events' in checked) {
        for (const event of checked.events) read.events.push(event);
        addDropped(dropped, checked.dropped);
      } else read.rejected.push({ number, text, errors: checked.errors });
    }
    return read;
  }

  /** @returns the records after the header */
  private readHeader(records: readonly CsvRecord[]): readonly CsvRecord[] {
    const [first, ...others] = records;
    if (!first) return [];
    const hint = this.delimiterHint === undefined ? DELIMITER_HINT.exec(first.text) : null;
    if (hint) {
      this.delimiterHint = hint[1]!;
      return this.readHeader(others);
    }
    this.headText = first.text;
    const found = DELIMITERS.find((one) => first.text.includes(one));
    this.delimiter = this.delimiterHint ?? found ?? ',';
    const [cells] = cellsOf([first], this.delimiter);
    if (!cells) throw new HeaderError('The first row cannot be read as a header of CSV in UTF-8.');
    this.columnCount = cells.length;
    this.header = readHeader(cells, this.kind);
    return others;
  }

  private rowOf(cells: Cells, unreadable?: string): RowRead | { errors: FieldErrors } {
    if (unreadable !== undefined) return { errors: { row: [unreadable] } };
    if (!cells) return { errors: NOT_CSV };
    if (cells.length !== this.columnCount) {
      const problem = `has ${cells.length} cells where the header has ${this.columnCount}`;
      return { errors: { row: [problem] } };
    }
    const row: CsvRow = {};
    for (const { name, position } of this.header!.columns) {
      const cell = cells[position]!;
      if (cell !== '') row[name] = cell;
    }
    const traits = this.header!.traits.filter(({ position }) => cells[position] !== '');
    return { row, traits: traits.map(({ key, position }) => [key, cells[position]!]) };
  }

  private check({ row, traits }: RowRead): CheckedRow {
    const { receivedAt } = this.context;
    const read = eventsOfRow(this.header!.kind, row, receivedAt, this.calendar, traits);
    if ('errors' in read) return read;
    const events: NativeEvent[] = [];
    const dropped: DroppedTraits = {};
    for (const event of read.events) {
      const checked = checkEvent(event, this.context);
      if ('errors' in checked) return { errors: byColumn(checked.errors, read.timeColumn) };
      events.push(checked.event);
      addDropped(dropped, checked.dropped);
    }
    return { events, dropped };
  }
}

/** The errors of an event by the columns that its fields came from. */
function byColumn(errors: FieldErrors, timeColumn: string): FieldErrors {
  const entries = Object.entries(errors).map(([field, problems]) => {
    return [field === 'time' ? timeColumn : field.replace(/^data\./, ''), problems] as const;
  });
  return Object.fromEntries(entries);
}
