import {
  addDropped,
  checkEvent,
  isObject,
  parseJson,
  writeJson,
  type CheckContext,
  type DroppedTraits,
} from '#libs/contracts';
import { shapeProblem } from '#libs/platform';
import { withPlainData } from '../http/cloud-events.js';
import type { FileFormat, LinesRead, RejectedLine } from './file-format.js';
import type { Line } from './read-lines.js';

const NO_OBJECT = 'must be one JSON object on a line of its own';

/** One native event per line, in the form that the ingest endpoint accepts. */
export class NdjsonFormat implements FileFormat {
  constructor(private readonly context: CheckContext) {}

  read(lines: readonly Line[]): LinesRead {
    const dropped: DroppedTraits = {};
    const read: LinesRead = { count: 0, events: [], rejected: [], dropped };
    for (const { number, text, unreadable } of lines) {
      if (unreadable === undefined && text.trim() === '') continue;
      read.count++;
      const value = unreadable === undefined ? parsed(text) : undefined;
      if (value === undefined) {
        read.rejected.push({ number, text, errors: { event: [unreadable ?? NO_OBJECT] } });
        continue;
      }
      const problem = shapeProblem(value);
      const checked =
        problem === undefined
          ? checkEvent(withPlainData(value), this.context)
          : { errors: { event: [problem] } };
      if ('event' in checked) {
        read.events.push(checked.event);
        addDropped(dropped, checked.dropped);
      } else read.rejected.push({ number, text, errors: checked.errors });
    }
    return read;
  }

  end(): LinesRead {
    return { count: 0, events: [], rejected: [] };
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
