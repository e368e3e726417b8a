import { checkStoreLine, isStoreHeader, parseJson, type StoreHeader } from '#libs/contracts';
import type { ImportFile } from './open-file.js';

/** The first line of an exported store is far shorter. */
const MAX_HEAD_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** The check of the first line depends on no time. */
const NO_CONTEXT = { now: 0, receivedAt: 0, defaultSource: '' };

/** A file that is read from its beginning, and its first line if it is that of an exported store. */
interface Peeked {
  file: ImportFile;
  header: StoreHeader | undefined;
}

/**
 * Reads the first line of a file.
 * @throws Error when the file is an exported store that this release cannot read
 */
export async function peekStoreHeader(file: ImportFile): Promise<Peeked> {
  const chunks = file.chunks[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let bytes = 0;
  while (bytes < MAX_HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    bytes += next.value.length;
    if (next.value.includes(NEWLINE)) break;
  }
  const [line = ''] = Buffer.concat(head).toString('utf8').split('\n', 1);
  return { file: { ...file, chunks: joined(head, chunks) }, header: headerIn(line) };
}

async function* joined(
  head: readonly Buffer[],
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  yield* head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function headerIn(line: string): StoreHeader | undefined {
  const value = parsed(line);
  if (!isStoreHeader(value)) return undefined;
  const checked = checkStoreLine(value, NO_CONTEXT);
  if ('record' in checked && checked.record.type === 'insightd.store') return checked.record.data;
  const [[field, problems] = ['', ['cannot be read']]] =
    'errors' in checked ? Object.entries(checked.errors) : [];
  throw new Error(`The first line of the exported store: ${field} ${problems[0]!}.`);
}

function parsed(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}
