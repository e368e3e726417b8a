import {
  addDropped,
  type DroppedTraits,
  type NativeEvent,
  type StoreRecord,
} from '#libs/contracts';
import type { FileFormat, LinesRead } from './file-format.js';
import type { ImportFile } from './open-file.js';
import { readLines } from './read-lines.js';
import type { RejectedFile } from './rejected-file.js';

/**
 * Events per transaction: about half a second of writing, so that other writers do not wait long.
 */
const EVENTS_PER_TRANSACTION = 10_000;

/** The progress of an import. */
export interface Progress {
  /** Non-empty lines. */
  lines: number;
  events: number;
  rejected: number;
  /** Traits that are not kept. */
  dropped: DroppedTraits;
}

/** Writes events, or discards them when a file is only checked. */
export interface EventWriter {
  write(events: readonly NativeEvent[]): Promise<void>;
  end(): Promise<void>;
}

export interface ImportParts {
  file: ImportFile;
  format: FileFormat;
  writer: EventWriter;
  /** Receives the lines of an exported store that are not events, before the events that follow them. */
  records?: ((records: readonly StoreRecord[]) => Promise<void>) | undefined;
  rejected: RejectedFile;
  /** The limit of a line. */
  maxLineBytes?: number | undefined;
  /** Called after each chunk of lines. */
  onProgress: (progress: Progress) => void;
  /** Stops the import after the current transaction. Written events stay. */
  signal: AbortSignal;
}

/**
 * Imports a file until its end or until it is stopped. Each line is checked before its events are
 * written.
 */
export async function importFile(parts: ImportParts): Promise<Progress> {
  const { file, format, signal } = parts;
  const progress: Progress = { lines: 0, events: 0, rejected: 0, dropped: {} };
  const transactions = new Transactions(parts.writer);
  const take = async ({ count, events, records = [], rejected, dropped }: LinesRead) => {
    progress.lines += count;
    progress.events += events.length;
    progress.rejected += rejected.length;
    addDropped(progress.dropped, dropped);
    await parts.rejected.add(rejected);
    if (records.length > 0) await parts.records?.(records);
    await transactions.add(events);
    parts.onProgress(progress);
  };
  for await (const lines of readLines(file.chunks, parts.maxLineBytes)) {
    if (signal.aborted) break;
    await take(format.read(lines));
  }
  if (!signal.aborted) await take(format.end());
  await transactions.end();
  return progress;
}

/**
 * Collects events into transactions. The next one is collected while PostgreSQL writes the previous
 * one.
 */
class Transactions {
  private gathered: NativeEvent[] = [];
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly writer: EventWriter) {}

  async add(events: readonly NativeEvent[]): Promise<void> {
    for (const event of events) {
      if (this.gathered.push(event) === EVENTS_PER_TRANSACTION) await this.next();
    }
  }

  async end(): Promise<void> {
    await this.next();
    await this.underWay;
    await this.writer.end();
  }

  private async next(): Promise<void> {
    await this.underWay;
    this.underWay = this.writer.write(this.gathered);
    // The next call awaits the promise. This handler prevents an unhandled rejection until then.
    this.underWay.catch(() => undefined);
    this.gathered = [];
  }
}
