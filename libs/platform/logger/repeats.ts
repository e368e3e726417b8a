const WINDOW_MS = 60_000;
/** The most lines in a window with the same message and different fields, such as run ids. */
const LINES_OF_A_MESSAGE = 20;
/** The number of lines and messages that are remembered. */
const KNOWN_LINES = 500;

interface Seen {
  since: number;
  written: number;
  dropped: number;
}

/** Decides which warnings are written: each line once a minute, and at most 20 lines with the same message. */
export class Repeats {
  private readonly seen = new Map<string, Seen>();

  /**
   * @param line the message and its fields
   * @param now milliseconds of any clock
   * @returns whether to write the line, and how many equal lines were omitted before it
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
    // Moves the key to the end: the first key of the map is dropped.
    this.seen.delete(key);
    this.seen.set(key, current);
    if (this.seen.size > KNOWN_LINES) this.seen.delete(this.seen.keys().next().value!);
    return current;
  }
}
