import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { Connection } from './database.js';

const HEADER_BYTES = 19;
const FIELD_COUNT_BYTES = 2;
/** The field count that marks the end of the rows. */
const TRAILER = -1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** `-infinity`, of which only the upper half is compared: the next later instants are not in PostgreSQL's range. */
const NO_INSTANT = -(2 ** 31);

/** The `timestamptz` at an offset, as milliseconds since 1970; NaN for `-infinity`. */
export function instantMsAt(view: DataView, at: number): number {
  const high = view.getInt32(at);
  if (high === NO_INSTANT) return Number.NaN;
  return Math.floor((high * 2 ** 32 + view.getUint32(at + 4)) / 1000) + POSTGRES_EPOCH_MS;
}

/** One row of a binary COPY. Read the fields in the order of the select, each exactly once. */
export class CopiedRow {
  /** The buffer that contains the row, and the start of the last field read. Both are valid only until the next row. */
  source: Buffer = Buffer.alloc(0);
  start = 0;
  private at = 0;
  private view = viewOf(this.source);

  get end(): number {
    return this.at;
  }

  /** Reads an `int4`. */
  int(): number {
    this.at += 8;
    return this.view.getInt32(this.at - 4);
  }

  /** Reads a `timestamptz` as milliseconds since 1970; NaN for null. */
  instantMs(): number {
    if (this.length() < 0) return Number.NaN;
    this.at += 8;
    return instantMsAt(this.view, this.at - 8);
  }

  /** Reads a `date` as the start of the day in milliseconds since 1970. */
  dayMs(): number {
    return this.int() * 86_400_000 + POSTGRES_EPOCH_MS;
  }

  /** Reads a `bytea`; the bytes are only valid until the next row. */
  bytes(): Buffer {
    this.pass();
    return this.source.subarray(this.start, this.at);
  }

  /** Like `bytes`; undefined for null. */
  bytesOrNull(): Buffer | undefined {
    const isNull = this.view.getInt32(this.at) < 0;
    if (isNull) this.at += 4;
    return isNull ? undefined : this.bytes();
  }

  /** Like `bytesOrNull`, for numbers of a packed value; without the checks of a buffer. */
  viewOrNull(): DataView | undefined {
    const bytes = this.bytesOrNull();
    return bytes && viewOf(bytes);
  }

  /** Skips a `bytea`. Its bytes are those from `start` to `end` in `source`. */
  pass(): void {
    const length = this.length();
    this.start = this.at;
    this.at += length;
  }

  /** Reads a `bit(n)`, most significant bit first; the bytes are only valid until the next row. */
  bits(): Buffer {
    return this.bytes().subarray(4);
  }

  /**
   * Reads a `bit(n)` of whole words and ORs it into `words`, from the one at `at`. A third faster than `bits`, which makes
   * two objects per row, and a copy that begins at an address of a word. Words are little-endian, so that their bytes are
   * in the order of the bitmap.
   */
  orBitsInto(words: Uint32Array, at: number): void {
    this.pass();
    const { view, at: end } = this;
    for (let byte = this.start + 4, word = at; byte < end; byte += 4, word++)
      words[word]! |= view.getUint32(byte, true);
  }

  /** Reads a `text`. */
  text(): string {
    return this.bytes().toString('utf8');
  }

  /** Like `text`; null for null. */
  textOrNull(): string | null {
    return this.bytesOrNull()?.toString('utf8') ?? null;
  }

  /** @internal */
  point(buffer: Buffer, view: DataView, at: number): void {
    this.source = buffer;
    this.view = view;
    this.at = at;
  }

  private length(): number {
    this.at += 4;
    return this.view.getInt32(this.at - 4);
  }
}

/** Reads numbers without the checks of `Buffer.readInt32BE`. */
function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Members of `pg` that its types omit: the hooks of a query, and the socket of its connection. */
interface CopyQuery {
  submit(connection: { stream: Duplex }): Error | null;
  handleCopyData(message: { chunk: Buffer }): void;
}

/**
 * Streams the rows of a `select` with binary COPY, the fastest way out of PostgreSQL.
 * COPY takes no parameters: `literal` writes values into the text.
 * @param onRow receives the same row object each time, positioned at the next row
 */
export function copyRows(
  connection: Connection,
  select: string,
  onRow: (row: CopiedRow) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const rows = new CopiedRows(onRow);
    const ended = (error?: Error) => {
      const failure = error ?? rows.failure;
      if (failure) reject(failure);
      else resolve();
    };
    const text = `copy (${select}) to stdout with (format binary)`;
    const query = new pg.Query(text, ended) as pg.Query & CopyQuery;
    const submit = query.submit.bind(query);
    query.submit = (wire) => {
      const failed = submit(wire);
      if (!failed) rows.readFrom(wire.stream);
      return failed;
    };
    query.handleCopyData = ({ chunk }) => rows.read(chunk, viewOf(chunk), 0, chunk.length);
    connection.query(query);
  });
}

/**
 * Rows are read for so long before other work has a turn. Node reads up to 32 chunks of a socket in a turn. With slow rows,
 * those of a derivation of a million users, a fold took 9 s to read the log of activity meanwhile, and requests got 503.
 */
const TURN_MS = 25;

const [COPY_OUT, COPY_DATA] = [0x48, 0x64];
const MESSAGE_HEAD_BYTES = 5;

/**
 * Reads rows directly from the socket; each message contains one row. The driver would create two objects per row
 * and call three listeners, which costs more than reading the row.
 */
class CopiedRows {
  failure: Error | undefined;
  private readonly row = new CopiedRow();
  private headerBytes = HEADER_BYTES;
  private readonly split = new SplitMessage();

  constructor(private readonly onRow: (row: CopiedRow) => void) {}

  /** Replaces the driver's listeners on a socket until a message that is not a row; the driver handles the rest. */
  readFrom(socket: Duplex): void {
    const drivers = socket.listeners('data') as ((chunk: Buffer) => void)[];
    socket.removeAllListeners('data');
    let busyMs = 0;
    const take = (chunk: Buffer) => {
      const begunAt = performance.now();
      const others = this.take(chunk);
      if (others) {
        socket.off('data', take);
        for (const listener of drivers) socket.on('data', listener);
        for (const listener of drivers) listener(others);
        return;
      }
      busyMs += performance.now() - begunAt;
      if (busyMs < TURN_MS) return;
      busyMs = 0;
      socket.pause();
      setImmediate(() => socket.resume());
    };
    socket.on('data', take);
  }

  /** Reads one row, or the end marker, from `at` to `end` of a buffer. */
  read(buffer: Buffer, view: DataView, at: number, end: number): void {
    const first = at + this.headerBytes;
    this.headerBytes = 0;
    if (this.failure || first >= end || view.getInt16(first) === TRAILER) return;
    try {
      this.row.point(buffer, view, first + FIELD_COUNT_BYTES);
      this.onRow(this.row);
    } catch (error) {
      // Rethrowing would end the process: the socket calls this function directly.
      this.failure = error as Error;
    }
  }

  /** @returns the remaining bytes, from the first message that is not a row; undefined when there is none */
  private take(chunk: Buffer): Buffer | undefined {
    let at = this.split.isEmpty ? 0 : this.split.add(chunk);
    if (this.split.isWhole) {
      const message = this.split.take();
      if (!this.takeMessage(message, viewOf(message), 0, message.length))
        return Buffer.concat([message, chunk.subarray(at)]);
    }
    const view = viewOf(chunk);
    while (at + MESSAGE_HEAD_BYTES <= chunk.length) {
      const end = at + 1 + view.getUint32(at + 1);
      if (end > chunk.length) break;
      if (!this.takeMessage(chunk, view, at, end)) return chunk.subarray(at);
      at = end;
    }
    if (at < chunk.length) this.split.add(chunk.subarray(at));
    return undefined;
  }

  /** @returns false for messages other than rows */
  private takeMessage(buffer: Buffer, view: DataView, at: number, end: number): boolean {
    const code = buffer[at]!;
    if (code === COPY_DATA) this.read(buffer, view, at + MESSAGE_HEAD_BYTES, end);
    return code === COPY_DATA || code === COPY_OUT;
  }
}

/** A message of which a chunk contained only the beginning. */
class SplitMessage {
  private room = Buffer.alloc(MESSAGE_HEAD_BYTES);
  private length = 0;

  get isEmpty(): boolean {
    return this.length === 0;
  }

  get isWhole(): boolean {
    return this.length >= MESSAGE_HEAD_BYTES && this.length === messageBytes(this.room);
  }

  /**
   * Appends the missing bytes, and no more: joining whole chunks took as much time in garbage collection as the reading
   * itself. Allocates the whole message at once, since growing with each chunk of 64 kB copies a long one many times:
   * 3 s of CPU instead of 0.06 s for 32 MB.
   * @returns how many bytes of the chunk belong to the message
   */
  add(chunk: Buffer): number {
    let added = this.copy(chunk, MESSAGE_HEAD_BYTES);
    if (this.length < MESSAGE_HEAD_BYTES) return added;
    const bytes = messageBytes(this.room);
    if (this.room.length < bytes) {
      const room = Buffer.allocUnsafe(bytes);
      this.room.copy(room, 0, 0, this.length);
      this.room = room;
    }
    added += this.copy(chunk.subarray(added), bytes);
    return added;
  }

  /** The message; valid until the next `add`. */
  take(): Buffer {
    const message = this.room.subarray(0, this.length);
    this.length = 0;
    return message;
  }

  /** Copies bytes until the message has `length`. @returns how many */
  private copy(chunk: Buffer, length: number): number {
    const copied = Math.max(Math.min(length - this.length, chunk.length), 0);
    chunk.copy(this.room, this.length, 0, copied);
    this.length += copied;
    return copied;
  }
}

/** The length of the message that begins with these bytes, at least its head. */
function messageBytes(begun: Buffer): number {
  return 1 + begun.readUInt32BE(1);
}
