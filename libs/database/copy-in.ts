import { finished } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Connection } from './database.js';

/** The type of a column. A `timestamptz` cell is milliseconds since 1970, a `uuid` cell its 16 bytes. */
export type ColumnType = 'int' | 'text' | 'bytea' | 'uuid' | 'jsonb' | 'timestamptz';
export type Cell = number | string | Buffer | null | undefined;

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const NULL_LENGTH = -1;
const JSONB_VERSION = 1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const SMALL_BYTES = 1024;
/** More than the write buffer of any socket. */
const LARGE_BYTES = 256 * 1024;

export type Rows = readonly (readonly Cell[])[];

/** Writes rows into a table with binary COPY, the fastest way into PostgreSQL. */
export async function copyIn(
  connection: Connection,
  table: string,
  types: readonly ColumnType[],
  rows: Rows,
): Promise<void> {
  const packed = new PackedRows(types, LARGE_BYTES + bytesOf(rows));
  for (const row of rows) packed.add(row);
  await stream(connection, table, (send) => send(packed.all()));
}

/**
 * Writes rows that are packed already, with `packRow` or in the same format.
 * @param work calls `put` once per portion of bytes and awaits each call, after which their memory may be reused; if
 *   `work` fails, nothing is written
 */
export function copyPacked(
  connection: Connection,
  table: string,
  work: (put: (rows: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> {
  // The stream waits until a large portion has been sent. A small portion may still be waiting in the socket.
  return stream(connection, table, (send) =>
    work((rows) => send(rows.length < LARGE_BYTES ? Buffer.from(rows) : rows)),
  );
}

async function stream(
  connection: Connection,
  table: string,
  work: (send: (rows: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> {
  const copy = connection.query(copyFrom(`copy ${table} from stdin with (format binary)`));
  const ended = finished(copy);
  ended.catch(() => undefined);
  const send = async (bytes: Buffer) => {
    const sent = new Promise<void>((resolve) => copy.write(bytes, () => resolve()));
    await Promise.race([sent, ended]);
  };
  try {
    await send(HEADER);
    await work(send);
    copy.end(TRAILER);
  } catch (error) {
    // PostgreSQL would wait for more rows and accept no other statement.
    copy.destroy(error as Error);
  }
  await ended;
}

/** One row in the binary format of COPY. */
export function packRow(types: readonly ColumnType[], row: readonly Cell[]): Buffer {
  const packed = new PackedRows(types, SMALL_BYTES + bytesOf([row]));
  packed.add(row);
  return Buffer.from(packed.all());
}

/** The bytes in `bytea` cells; a row may have kilobytes of them. */
function bytesOf(rows: Rows): number {
  let bytes = 0;
  for (const row of rows) for (const cell of row) if (cell instanceof Buffer) bytes += cell.length;
  return bytes;
}

/** Rows in the binary COPY format, in one growing buffer. */
class PackedRows {
  private bytes: Buffer;
  private at = 0;

  /** @param bytes the size of the buffer at first */
  constructor(
    private readonly types: readonly ColumnType[],
    bytes: number,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(bytes);
  }

  add(row: readonly Cell[]): void {
    this.need(2);
    this.at = this.bytes.writeInt16BE(this.types.length, this.at);
    for (let index = 0; index < this.types.length; index++) {
      this.addCell(this.types[index]!, row[index]);
    }
  }

  all(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  private addCell(type: ColumnType, cell: Cell): void {
    if (cell === null || cell === undefined) return this.addInt(NULL_LENGTH);
    if (typeof cell === 'string') return this.addText(cell, type === 'jsonb');
    if (typeof cell === 'object') return this.addBytes(cell);
    if (type === 'int') {
      this.addInt(4);
      return this.addInt(cell);
    }
    this.addInt(8);
    this.need(8);
    const micros = BigInt(cell - POSTGRES_EPOCH_MS) * 1000n;
    this.at = this.bytes.writeBigInt64BE(micros, this.at);
  }

  private addInt(value: number): void {
    this.need(4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  private addText(text: string, isJson: boolean): void {
    // A UTF-16 code unit takes at most three bytes of UTF-8. The length is filled in after the text is written.
    this.need(5 + text.length * 3);
    const start = this.at;
    this.at += 4;
    if (isJson) this.at = this.bytes.writeUInt8(JSONB_VERSION, this.at);
    this.at += this.bytes.write(text, this.at);
    this.bytes.writeInt32BE(this.at - start - 4, start);
  }

  private addBytes(bytes: Buffer): void {
    this.addInt(bytes.length);
    this.need(bytes.length);
    this.at += bytes.copy(this.bytes, this.at);
  }

  private need(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }
}
