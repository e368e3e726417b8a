import {
  END_LINE,
  addDropped,
  checkEvent,
  checkStoreLine,
  isStoreHeader,
  isObject,
  parseJson,
  writeJson,
  type CheckContext,
  type DroppedTraits,
  type StoreRecord,
} from '#libs/contracts';
import { shapeProblem } from '#libs/platform';
import { withPlainData } from '../http/cloud-events.js';
import type { FileFormat, LinesRead, RejectedLine } from './file-format.js';
import type { Line } from './read-lines.js';

const INCOMPLETE =
  'The file is not the whole export of a store: lines are missing. Export the store again, then import the new file; nothing counts twice.';
const NO_OBJECT = 'must be one JSON object on a line of its own';

/**
 * One native event per line, in the form that the ingest endpoint accepts. A file whose first line is that of an
 * exported store has its lines.
 */
export class NdjsonFormat implements FileFormat {
  problem: string | undefined;
  private count = 0;
  private isStore = false;
  private isEnded = false;

  constructor(private readonly context: CheckContext) {}

  read(lines: readonly Line[]): LinesRead {
    const dropped: DroppedTraits = {};
    const records: StoreRecord[] = [];
    const read: LinesRead = { count: 0, events: [], records, rejected: [], dropped };
    for (const { number, text, unreadable } of lines) {
      if (unreadable === undefined && text.trim() === '') continue;
      read.count++;
      this.count++;
      const value = unreadable === undefined ? parsed(text) : undefined;
      if (value === undefined) {
        read.rejected.push({ number, text, errors: { event: [unreadable ?? NO_OBJECT] } });
        continue;
      }
      const problem = shapeProblem(value);
      const checked = problem === undefined ? this.check(value) : { errors: { event: [problem] } };
      if ('record' in checked) {
        this.noteEnd(checked.record);
        records.push(checked.record);
      } else if ('event' in checked) {
        read.events.push(checked.event);
        addDropped(dropped, checked.dropped);
      } else read.rejected.push({ number, text, errors: checked.errors });
    }
    return read;
  }

  end(): LinesRead {
    if (this.isStore && !this.isEnded) this.problem ??= INCOMPLETE;
    return { count: 0, events: [], rejected: [] };
  }

  private check(value: unknown): ReturnType<typeof checkStoreLine> {
    if (this.count === 1) this.isStore = isStoreHeader(value);
    if (this.isStore) return checkStoreLine(value, this.context);
    return checkEvent(withPlainData(value), this.context);
  }

  private noteEnd({ type, data }: StoreRecord): void {
    if (type !== END_LINE) return;
    this.isEnded = true;
    if (data.lines !== this.count) this.problem = INCOMPLETE;
  }

  rejectedHead(): string {
    return '';
  }

  /** The event with an additional member `rejected`, which a later import ignores. */
  rejectedLine({ number, text, errors }: RejectedLine): string {
    const rejected = { line: number, errors };
    const value = parsed(text);
    const isWritable = isObject(value) && shapeProblem(value) === undefined;
    return writeJson(isWritable ? { ...value, rejected } : { text, rejected });
  }
}

/** Parses JSON; undefined for invalid JSON. */
function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
