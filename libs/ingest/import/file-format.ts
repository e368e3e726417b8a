import type { DroppedTraits, FieldErrors, NativeEvent, StoreRecord } from '#libs/contracts';
import type { Line } from './read-lines.js';

/** A line that cannot be used, with the reasons. */
export interface RejectedLine {
  number: number;
  text: string;
  errors: FieldErrors;
}

/** The events and rejections of some lines. */
export interface LinesRead {
  /** Number of non-empty lines, including rejected ones. */
  count: number;
  events: NativeEvent[];
  /** Lines of an exported store that are not events. */
  records?: StoreRecord[];
  rejected: RejectedLine[];
  /** Traits of the events that are not kept. */
  dropped?: DroppedTraits;
}

/** Reads one kind of file. It may keep lines until it has read the following ones. */
export interface FileFormat {
  read(lines: readonly Line[]): LinesRead;
  /** Ends the file. @returns the lines that were kept */
  end(): LinesRead;
  /** Why the file is not complete, as a sentence; undefined when it is. Valid after `end`. */
  readonly problem?: string | undefined;
  /** The head of the file of rejected lines. */
  rejectedHead(): string;
  /** A line of that file, which can be corrected and imported again. */
  rejectedLine(line: RejectedLine): string;
}
