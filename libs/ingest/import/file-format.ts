import type { FieldErrors, NativeEvent } from '#libs/contracts';
import type { Line } from './read-lines.js';

/** A line that cannot be used, with the reasons. */
export interface RejectedLine {
  number: number;
  text: string;
  errors: FieldErrors;
}

/** What some lines of a file say. */
export interface LinesRead {
  /** How many said something, those that were rejected included. */
  count: number;
  events: NativeEvent[];
  rejected: RejectedLine[];
}

/** How a kind of file is read. It may hold lines back until it is told of those after them. */
export interface FileFormat {
  read(lines: readonly Line[]): LinesRead;
  /** What was held back, at the end of the file. */
  end(): LinesRead;
  /** What the file of rejected lines begins with. */
  rejectedHead(): string;
  /** A line of that file, which can be mended there and imported again. */
  rejectedLine(line: RejectedLine): string;
}
