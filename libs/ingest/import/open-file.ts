import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Standard input, in the place of a file's name. */
export const STANDARD_INPUT = '-';

const CHUNK_BYTES = 256 * 1024;
/** Archives without times give 1970-01-01 or 1980-01-01, in any zone. */
const FIRST_REAL_MS = Date.UTC(1980, 0, 3);
const GZIP = Buffer.from([0x1f, 0x8b]);

/** A file to import. Sizes in bytes, as they lie on disk. */
export interface ImportFile {
  /** What is in it; unpacked when it is gzip, whatever its name. */
  chunks: AsyncIterable<Buffer>;
  /** Not known of standard input. */
  size: number | undefined;
  /** How much of it has been read. */
  read: () => number;
  /** When it was written last, in milliseconds since 1970; not known of standard input, nor without a real time. */
  writtenAt: number | undefined;
}

/** @throws Error when there is no such file, or it is a folder */
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
  // A pipe has no size to measure progress by, and no time that says anything.
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
  // A failure comes out of the unpacked end as well.
  pipeline(Readable.from(whole), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Error(`${path} begins as gzip and cannot be unpacked to its end.`, { cause });
  }
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
