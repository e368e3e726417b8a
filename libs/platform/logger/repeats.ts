const WINDOW_MS = 60_000;
/** Of one message with different fields, such as the ids of runs, in one window. */
const LINES_OF_A_MESSAGE = 20;
/** Of different lines; the oldest are forgotten. */
const KNOWN_LINES = 500;

interface Seen {
  since: number;
  written: number;
  dropped: number;
}

/** Decides which warnings are written: the same line once a minute, and 20 of one message, with the count of the rest. */
export class Repeats {
  private readonly seen = new Map<string, Seen>();

  /**
   * @param line all of a line; the same message with the same fields is the same line
   * @param now milliseconds, of any clock
   * @returns whether to write it, and how many like it were left out before
   */
  admit(message: string, line: string, now: number): { isWritten: boolean; dropped: number } {
    const same = this.count(line, now);
    const alike = this.count(message, now);
    const isWritten = same.written === 0 && alike.written < LINES_OF_A_MESSAGE;
    if (!isWritten) {
      same.dropped++;
      return { isWritten, dropped: 0 };
    }
    const { dropped } = same;
    same.dropped = 0;
    same.written++;
    alike.written++;
    return { isWritten, dropped };
  }

  private count(key: string, now: number): Seen {
    const known = this.seen.get(key);
    const isOver = !known || now - known.since >= WINDOW_MS;
    const current = isOver ? { since: now, written: 0, dropped: known?.dropped ?? 0 } : known;
    // Last in the order of the map, of which the first is forgotten.
    this.seen.delete(key);
    this.seen.set(key, current);
    if (this.seen.size > KNOWN_LINES) this.seen.delete(this.seen.keys().next().value!);
    return current;
  }
}
