import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import { ApiError } from '#libs/contracts';
import type { HeldBytes } from './byte-budget.js';

/** The time limits of a sender: for a pause, and for the whole body. */
const PAUSE_MS = 10_000;
const WHOLE_MS = 60_000;
const UNPACKED_CHUNK = 256 * 1024;

/** The size limit of a body, and the bytes that its request holds of the budget. */
export interface BodyCost {
  maxBytes: number;
  held: HeldBytes;
}

/**
 * Reads the body of a request.
 * @throws ApiError `too_large` (before reading when the declared length exceeds `maxBytes`), `unavailable` when the
 *   budget is used up, `too_slow`, or `unreadable` when the body ends too early
 */
export async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  cost: BodyCost,
): Promise<Buffer> {
  const declared = declaredBytes(request);
  if (declared > cost.maxBytes) throw tooLarge(cost.maxBytes);
  if (declared === 0) return Buffer.alloc(0);
  if (request.complete && !request.destroyed) return arrived(request, cost);
  // The length of a chunked body is unknown: its bytes are counted as they arrive.
  if (Number.isFinite(declared)) cost.held.grow(declared);
  if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
  return collect(request, new Chunks(cost, Number.isNaN(declared)));
}

/** The declared length of a body; 0 without a body, NaN when the body is chunked. */
export function declaredBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.NaN;
  return Number(headers['content-length'] ?? 0);
}

/** A body that has already arrived: most small bodies are in one packet with their headers. */
function arrived(request: IncomingMessage, { held, maxBytes }: BodyCost): Buffer {
  const body = (request.read() as Buffer | null) ?? Buffer.alloc(0);
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  held.grow(body.length);
  return body;
}

/** The parts of a body received so far. */
class Chunks {
  private readonly parts: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly cost: BodyCost,
    private readonly isCounted: boolean,
  ) {}

  /** @throws ApiError `too_large` or `unavailable` */
  add(part: Buffer): void {
    this.size += part.length;
    if (this.size > this.cost.maxBytes) throw tooLarge(this.cost.maxBytes);
    if (this.isCounted) this.cost.held.grow(part.length);
    this.parts.push(part);
  }

  whole(): Buffer {
    return this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts, this.size);
  }
}

function collect(request: IncomingMessage, chunks: Chunks): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const slow = () =>
      fail(new ApiError('too_slow', 'The body arrived too slowly. Send it again.'));
    const pause = setTimeout(slow, PAUSE_MS).unref();
    const whole = setTimeout(slow, WHOLE_MS).unref();
    const settle = () => {
      clearTimeout(pause);
      clearTimeout(whole);
      for (const [event, listener] of Object.entries(listeners)) request.off(event, listener);
    };
    const fail = (error: Error) => {
      settle();
      request.pause();
      reject(error);
    };
    const cut = () => fail(new ApiError('unreadable', 'The body ended too early.'));
    const listeners = {
      data: (part: Buffer) => {
        try {
          chunks.add(part);
          pause.refresh();
        } catch (error) {
          fail(error as Error);
        }
      },
      end: () => {
        settle();
        resolve(chunks.whole());
      },
      error: cut,
      close: cut,
    };
    if (request.destroyed) return cut();
    for (const [event, listener] of Object.entries(listeners)) request.on(event, listener);
  });
}

/**
 * Decompresses gzip and counts the output as it grows.
 * @throws ApiError `too_large`, `unavailable` or `unreadable`
 */
export async function unzip(packed: Buffer, cost: BodyCost): Promise<Buffer> {
  const chunks = new Chunks(cost, true);
  const stream = createGunzip({ chunkSize: UNPACKED_CHUNK });
  stream.end(packed);
  try {
    for await (const part of stream) chunks.add(part as Buffer);
  } catch (cause) {
    if (!(cause instanceof ApiError)) {
      throw new ApiError('unreadable', 'The body is not valid gzip.', { cause });
    }
    if (cause.code !== 'too_large') throw cause;
    throw tooLarge(cost.maxBytes, ' after decompression');
  }
  cost.held.shrink(packed.length);
  return chunks.whole();
}

function tooLarge(maxBytes: number, state = ''): ApiError {
  return new ApiError('too_large', `The body has more than ${sizeOf(maxBytes)}${state}. Split it.`);
}

const [KIB, MIB] = [1024, 1024 * 1024];

function sizeOf(bytes: number): string {
  return bytes >= MIB ? `${bytes / MIB} MiB` : `${bytes / KIB} KiB`;
}
