import { to as copyTo } from 'pg-copy-streams';
import type { Connection } from './database.js';

const HEADER_BYTES = 19;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** One row of a binary COPY. Fields are read in the order of the select, each exactly once. */
export class CopiedRow {
  private buffer: Buffer = Buffer.alloc(0);
  private at = 0;

  /** Reads an `int4`. */
  int(): number {
    this.at += 8;
    return this.buffer.readInt32BE(this.at - 4);
  }

  /** Reads a `timestamptz` or `null`, to milliseconds since 1970 (NaN for null). */
  instantMs(): number {
    if (this.length() < 0) return Number.NaN;
    const micros =
      this.buffer.readInt32BE(this.at) * 2 ** 32 + this.buffer.readUInt32BE(this.at + 4);
    this.at += 8;
    return Math.floor(micros / 1000) + POSTGRES_EPOCH_MS;
  }

  /** Reads a `date`, to the first millisecond of the day since 1970. */
  dayMs(): number {
    return this.int() * 86_400_000 + POSTGRES_EPOCH_MS;
  }

  /** Reads a `bytea`; the bytes are only valid until the next row. */
  bytes(): Buffer {
    const length = this.length();
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
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
    this.buffer = buffer;
    this.at = at;
  }

  private length(): number {
    this.at += 4;
    return this.buffer.readInt32BE(this.at - 4);
  }
}

/**
 * Streams the rows of a `select` through binary COPY, the fastest way out of PostgreSQL.
 * COPY takes no parameters: values come in by `set_config` and are read by `current_setting`.
 * @param onRow is handed the same row object each time, pointed at the next row
 */
export async function copyRows(
  connection: Connection,
  select: string,
  onRow: (row: CopiedRow) => void,
): Promise<void> {
  const stream = connection.query(copyTo(`copy (${select}) to stdout with (format binary)`));
  const row = new CopiedRow();
  let rest: Buffer = Buffer.alloc(0);
  let skip = HEADER_BYTES;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (buffer.length < skip) {
      rest = buffer;
      continue;
    }
    let at = skip;
    skip = 0;
    for (let end = rowEnd(buffer, at); end > 0; end = rowEnd(buffer, at)) {
      row.point(buffer, at + 2);
      onRow(row);
      at = end;
    }
    rest = buffer.subarray(at);
  }
}

/** Where the row that begins at `at` ends; 0 when it is not all there, or is the trailer. */
function rowEnd(buffer: Buffer, at: number): number {
  if (at + 2 > buffer.length) return 0;
  const fields = buffer.readInt16BE(at);
  if (fields < 0) return 0;
  let end = at + 2;
  for (let field = 0; field < fields; field++) {
    if (end + 4 > buffer.length) return 0;
    end += 4 + Math.max(0, buffer.readInt32BE(end));
  }
  return end > buffer.length ? 0 : end;
}
