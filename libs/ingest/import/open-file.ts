import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** The file name for standard input. */
export const STANDARD_INPUT = '-';

const CHUNK_BYTES = 256 * 1024;
/** Archives without times set 1970-01-01 or 1980-01-01, in any time zone. */
const FIRST_REAL_MS = Date.UTC(1980, 0, 3);
const GZIP = Buffer.from([0x1f, 0x8b]);

/** A file to import. Sizes are bytes on disk, before gzip is unpacked. */
export interface ImportFile {
  /** The content. Gzip is recognized by its first bytes and unpacked. */
  chunks: AsyncIterable<Buffer>;
  /** Undefined for standard input and pipes. */
  size: number | undefined;
  /** Bytes read so far. */
  read: () => number;
  /**
   * Last modification, milliseconds since 1970; undefined for standard input, pipes and placeholder
   * times.
   */
  writtenAt: number | undefined;
}

/**
 * Opens a file, or standard input for `-`.
 * @throws Error when the file cannot be read or is a folder
 */
export async function openFile(path: string): Promise<ImportFile> {
  const isStandardInput = path === STANDARD_INPUT;
  const about = isStandardInput ? undefined : await aboutFile(path);
  const source: Readable = isStandardInput
    ? process.stdin
    : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let read = 0;
  const chunks = unpacked(
    counted(source, (bytes) => (read += bytes)),
    path,
  );
  return { chunks, size: about?.size, read: () => read, writtenAt: about?.mtimeMs };
}

async function aboutFile(path: string) {
  const about = await stat(path).catch((cause: unknown) => {
    throw new Error(`The file ${path} cannot be read.`, { cause });
  });
  if (about.isDirectory()) throw new Error(`${path} is a folder: name one file.`);
  // A pipe has neither a size nor a meaningful time.
  if (!about.isFile()) return undefined;
  const mtimeMs = about.mtimeMs < FIRST_REAL_MS ? undefined : Math.floor(about.mtimeMs);
  return { size: about.size, mtimeMs };
}

async function* counted(source: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    count(chunk.length);
    yield chunk;
  }
}

async function* unpacked(packed: AsyncGenerator<Buffer>, path: string): AsyncGenerator<Buffer> {
  const first = await packed.next();
  if (first.done) return;
  const whole = startingWith(first.value, packed);
  if (!first.value.subarray(0, GZIP.length).equals(GZIP)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The iteration below reports failures too.
  pipeline(Readable.from(whole), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Error(`${path} is gzip but cannot be unpacked to its end.`, { cause });
  }
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
