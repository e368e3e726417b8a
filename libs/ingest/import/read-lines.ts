import { isUtf8 } from 'node:buffer';

/** A line of a file without its line end; `number` counts from 1. */
export interface Line {
  number: number;
  text: string;
  /** Why the line cannot be read. `text` may then be only its beginning. */
  unreadable?: string;
}

/** Limit for one line: far larger than any event, small in memory. */
const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';
const SHOWN_CHARACTERS = 1_000;

/**
 * Splits chunks into lines and yields the lines of each chunk. Keeps at most one incomplete line in
 * memory.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Line[]> {
  const cutter = new LineCutter(maxBytes);
  for await (const chunk of chunks) yield cutter.cut(chunk);
  yield cutter.end();
}

class LineCutter {
  private count = 0;
  private begun: Buffer[] = [];
  private begunBytes = 0;
  /** Whether the rest of a line that was too long is being skipped. */
  private isSkipping = false;

  constructor(private readonly maxBytes: number) {}

  cut(chunk: Buffer): Line[] {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) return this.begin(chunk);
    const last = chunk.lastIndexOf(NEWLINE);
    return [
      ...this.finish(chunk.subarray(0, first)),
      ...(last > first ? this.linesOf(chunk.subarray(first + 1, last)) : []),
      ...this.begin(chunk.subarray(last + 1)),
    ];
  }

  end(): Line[] {
    return this.begunBytes > 0 ? this.finish(Buffer.alloc(0)) : [];
  }

  private begin(bytes: Buffer): Line[] {
    if (this.isSkipping) return [];
    this.begun.push(bytes);
    this.begunBytes += bytes.length;
    if (this.begunBytes <= this.maxBytes) return [];
    const head = Buffer.concat(this.begun);
    this.forget();
    this.isSkipping = true;
    return [this.tooLong(head)];
  }

  /** Completes the current line, or ends skipping it. */
  private finish(bytes: Buffer): Line[] {
    if (this.isSkipping) {
      this.isSkipping = false;
      return [];
    }
    const line = Buffer.concat([...this.begun, bytes]);
    this.forget();
    return this.linesOf(line);
  }

  /** @param bytes whole lines; the last one without its line end */
  private linesOf(bytes: Buffer): Line[] {
    // Decodes all lines at once when all are valid. Decoding each line takes three times as long.
    if (bytes.length <= this.maxBytes && isUtf8(bytes)) {
      return bytes.toString('utf8').split('\n').map(this.readable);
    }
    const lines: Line[] = [];
    for (let start = 0; start <= bytes.length;) {
      const found = bytes.indexOf(NEWLINE, start);
      const end = found < 0 ? bytes.length : found;
      lines.push(this.lineOf(bytes.subarray(start, end)));
      start = end + 1;
    }
    return lines;
  }

  private lineOf(bytes: Buffer): Line {
    if (bytes.length > this.maxBytes) return this.tooLong(bytes);
    const text = bytes.toString('utf8');
    if (isUtf8(bytes)) return this.readable(text);
    return { number: ++this.count, text, unreadable: 'must be UTF-8' };
  }

  private readonly readable = (text: string): Line => {
    const number = ++this.count;
    return {
      number,
      text: number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text,
    };
  };

  private tooLong(bytes: Buffer): Line {
    const text = bytes.subarray(0, SHOWN_CHARACTERS).toString('utf8');
    const unreadable = `must have at most ${this.maxBytes.toLocaleString('en')} bytes`;
    return { number: ++this.count, text, unreadable };
  }

  private forget(): void {
    this.begun = [];
    this.begunBytes = 0;
  }
}
