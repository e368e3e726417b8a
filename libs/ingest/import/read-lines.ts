import { isUtf8 } from 'node:buffer';

/** A line of a file, counted from 1, without its end. */
export interface Line {
  number: number;
  text: string;
  /** Why it cannot be read at all; the text is then only its beginning. */
  unreadable?: string;
}

/** One line may have so many bytes: far more than any event, and nothing to memory. */
const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';
const SHOWN_CHARACTERS = 1_000;

/** Cuts what is read into its lines, those of a chunk at a time. No more than a line is kept. */
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
  /** In the midst of a line that was too long: the rest of it is passed over. */
  private isPassing = false;

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
    if (this.isPassing) return [];
    this.begun.push(bytes);
    this.begunBytes += bytes.length;
    if (this.begunBytes <= this.maxBytes) return [];
    const head = Buffer.concat(this.begun);
    this.forget();
    this.isPassing = true;
    return [this.tooLong(head)];
  }

  /** Ends the line that was begun, or passed over. */
  private finish(bytes: Buffer): Line[] {
    if (this.isPassing) {
      this.isPassing = false;
      return [];
    }
    const line = Buffer.concat([...this.begun, bytes]);
    this.forget();
    return this.linesOf(line);
  }

  /** @param bytes whole lines, but for the end of the last */
  private linesOf(bytes: Buffer): Line[] {
    // Decoded in one go, unless a line of it is wrong: one by one it takes three times as long.
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
