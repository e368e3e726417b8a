import type { NativeEvent } from '#libs/contracts';
import type { FileFormat, LinesRead } from './file-format.js';
import type { ImportFile } from './open-file.js';
import { readLines } from './read-lines.js';
import type { RejectedFile } from './rejected-file.js';

/** Events that are written in one transaction: half a second's worth, so that nobody waits for long. */
const EVENTS_AT_ONCE = 10_000;

/** How far an import is. */
export interface Progress {
  /** Lines that said something. */
  lines: number;
  events: number;
  rejected: number;
}

/** What becomes of the events; nothing at all when they are only to be checked. */
export interface EventWriter {
  write(events: readonly NativeEvent[]): Promise<void>;
  end(): Promise<void>;
}

export interface ImportParts {
  file: ImportFile;
  format: FileFormat;
  writer: EventWriter;
  rejected: RejectedFile;
  /** Is told after every few lines. */
  onProgress: (progress: Progress) => void;
  /** Stops it after the transaction that is under way; what was written stays. */
  signal: AbortSignal;
}

/** Reads a file to its end, or until it is stopped: every line is checked before anything of it is written. */
export async function importFile(parts: ImportParts): Promise<Progress> {
  const { file, format, signal } = parts;
  const progress: Progress = { lines: 0, events: 0, rejected: 0 };
  const transactions = new Transactions(parts.writer);
  const take = async ({ count, events, rejected }: LinesRead) => {
    progress.lines += count;
    progress.events += events.length;
    progress.rejected += rejected.length;
    await parts.rejected.add(rejected);
    await transactions.add(events);
    parts.onProgress(progress);
  };
  for await (const lines of readLines(file.chunks)) {
    if (signal.aborted) break;
    await take(format.read(lines));
  }
  if (!signal.aborted) await take(format.end());
  await transactions.end();
  return progress;
}

/** Gathers events into transactions. The next one is gathered while PostgreSQL writes the last. */
class Transactions {
  private gathered: NativeEvent[] = [];
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly writer: EventWriter) {}

  async add(events: readonly NativeEvent[]): Promise<void> {
    for (const event of events) {
      if (this.gathered.push(event) === EVENTS_AT_ONCE) await this.next();
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
    // Awaited before the next one; should that never come, it has no other listener.
    this.underWay.catch(() => undefined);
    this.gathered = [];
  }
}
