import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

type Fields = Record<string, unknown>;

interface Waiting {
  messages: readonly string[];
  found: (fields: Fields) => void;
  ended: (error: Error) => void;
}

const LINES_KEPT = 20;

/** The log of an insightd process, read continuously so that the process never blocks. */
export class ProcessLog {
  private readonly waiting = new Set<Waiting>();
  private readonly latest: string[] = [];

  constructor(
    stream: Readable,
    private readonly name: string,
  ) {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => this.take(line));
    lines.on('close', () => this.end());
  }

  /**
   * The fields of the next line with one of these messages.
   * @throws Error with the last lines when the process ends before that
   */
  next(...messages: string[]): Promise<Fields> {
    return new Promise((resolve, reject) => {
      this.waiting.add({ messages, found: resolve, ended: reject });
    });
  }

  private take(line: string): void {
    this.latest.push(line);
    this.latest.splice(0, this.latest.length - LINES_KEPT);
    const fields = fieldsOf(line);
    for (const one of this.waiting) {
      if (!one.messages.includes(String(fields['msg']))) continue;
      this.waiting.delete(one);
      one.found(fields);
    }
  }

  private end(): void {
    for (const { messages, ended } of this.waiting) {
      const awaited = messages.map((message) => `"${message}"`).join(' or ');
      ended(new Error(`${this.name} ended without ${awaited}:\n${this.latest.join('\n')}`));
    }
    this.waiting.clear();
  }
}

function fieldsOf(line: string): Fields {
  try {
    return JSON.parse(line) as Fields;
  } catch {
    return {};
  }
}
