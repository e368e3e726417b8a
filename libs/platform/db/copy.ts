import pg from 'pg';
import type { Connection } from './database.js';

const HEADER_BYTES = 19;
const FIELD_COUNT_BYTES = 2;
/** The field count that says that no more rows come. */
const TRAILER = -1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** One row of a binary COPY. Fields are read in the order of the select, each exactly once. */
export class CopiedRow {
  /** What holds the row, and where in it the field last passed lies; only valid until the next row. */
  source: Buffer = Buffer.alloc(0);
  start = 0;
  private at = 0;

  get end(): number {
    return this.at;
  }

  /** Reads an `int4`. */
  int(): number {
    this.at += 8;
    return this.source.readInt32BE(this.at - 4);
  }

  /** Reads a `timestamptz` or `null`, to milliseconds since 1970 (NaN for null). */
  instantMs(): number {
    if (this.length() < 0) return Number.NaN;
    const micros =
      this.source.readInt32BE(this.at) * 2 ** 32 + this.source.readUInt32BE(this.at + 4);
    this.at += 8;
    return Math.floor(micros / 1000) + POSTGRES_EPOCH_MS;
  }

  /** Reads a `date`, to the first millisecond of the day since 1970. */
  dayMs(): number {
    return this.int() * 86_400_000 + POSTGRES_EPOCH_MS;
  }

  /** Reads a `bytea`; the bytes are only valid until the next row. */
  bytes(): Buffer {
    this.pass();
    return this.source.subarray(this.start, this.at);
  }

  /** Goes past a `bytea`, which then lies from `start` to `end` of `source`. */
  pass(): void {
    const length = this.length();
    this.start = this.at;
    this.at += length;
  }

  /** Reads a `bit(n)`; the bytes, first bit highest, are only valid until the next row. */
  bits(): Buffer {
    return this.bytes().subarray(4);
  }

  /** Reads a `text`. */
  text(): string {
    return this.bytes().toString('utf8');
  }

  /** @internal */
  point(buffer: Buffer, at: number): void {
    this.source = buffer;
    this.at = at;
  }

  private length(): number {
    this.at += 4;
    return this.source.readInt32BE(this.at - 4);
  }
}

/** What the driver calls with each message of a COPY; `pg` has it, its types do not. */
interface CopyHandler {
  handleCopyData(message: { chunk: Buffer }): void;
}

/**
 * Streams the rows of a `select` through binary COPY, the fastest way out of PostgreSQL.
 * COPY takes no parameters: values come in by `set_config` and are read by `current_setting`.
 * The driver hands over a message at a time, and a message is a row: a million rows take half of
 * what they take through a stream that cuts and joins them again.
 * @param onRow is handed the same row object each time, pointed at the next row
 */
export function copyRows(
  connection: Connection,
  select: string,
  onRow: (row: CopiedRow) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const row = new CopiedRow();
    let headerBytes = HEADER_BYTES;
    let failure: unknown;
    const read = (message: Buffer) => {
      const at = headerBytes;
      headerBytes = 0;
      if (at === message.length || message.readInt16BE(at) === TRAILER) return;
      row.point(message, at + FIELD_COUNT_BYTES);
      onRow(row);
    };
    const query = new pg.Query(
      `copy (${select}) to stdout with (format binary)`,
      (error: unknown) => ((failure ??= error) ? reject(failure) : resolve()),
    ) as pg.Query & CopyHandler;
    query.handleCopyData = ({ chunk }) => {
      try {
        if (failure === undefined) read(chunk);
      } catch (error) {
        // Thrown on, it would end the process: the driver has no place for it.
        failure = error;
      }
    };
    connection.query(query);
  });
}
