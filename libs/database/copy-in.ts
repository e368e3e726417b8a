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
const FIRST_BYTES = 256 * 1024;

export type Rows = readonly (readonly Cell[])[];

/** Writes rows into a table with binary COPY, the fastest way into PostgreSQL. */
export async function copyIn(
  connection: Connection,
  table: string,
  types: readonly ColumnType[],
  rows: Rows,
): Promise<void> {
  await copyInParts(connection, table, types, (put) => put(rows));
}

/**
 * Like `copyIn`, but builds rows while PostgreSQL writes earlier ones.
 * @param work calls `put` once per portion of rows and awaits each call; if `work` fails, nothing is written
 */
export async function copyInParts(
  connection: Connection,
  table: string,
  types: readonly ColumnType[],
  work: (put: (rows: Rows) => Promise<void>) => Promise<void>,
): Promise<void> {
  const stream = connection.query(copyFrom(`copy ${table} from stdin with (format binary)`));
  const ended = finished(stream);
  ended.catch(() => undefined);
  const send = async (bytes: Buffer) => {
    const sent = new Promise<void>((resolve) => stream.write(bytes, () => resolve()));
    await Promise.race([sent, ended]);
  };
  let room: Buffer | undefined;
  try {
    await send(HEADER);
    await work(async (rows) => {
      const packed = new PackedRows(types, bytesOf(rows), room);
      for (const row of rows) packed.add(row);
      await send(packed.all());
      // The stream waits until a large portion has been sent. Reusing its memory saves one page fault for each
      // 4 kB of the next portion. A small portion may still be waiting in the socket.
      room = packed.isLarge ? packed.room : undefined;
    });
    stream.end(TRAILER);
  } catch (error) {
    // PostgreSQL would wait for more rows and accept no other statement.
    stream.destroy(error as Error);
  }
  await ended;
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

  /**
   * @param bytes a lower bound of the size
   * @param room a buffer to reuse when it is large enough
   */
  constructor(
    private readonly types: readonly ColumnType[],
    bytes: number,
    room?: Buffer,
  ) {
    const least = FIRST_BYTES + bytes;
    this.bytes = room && room.length >= least ? room : Buffer.allocUnsafeSlow(least);
  }

  /** The buffer behind the rows, for reuse. */
  get room(): Buffer {
    return this.bytes;
  }

  /** Whether the rows exceed the write buffer of any socket. */
  get isLarge(): boolean {
    return this.at >= FIRST_BYTES;
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
