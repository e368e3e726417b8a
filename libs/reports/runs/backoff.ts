const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 60;

/** Growing pauses while something outside keeps work from succeeding: 1, 2, 4 … 60 seconds. */
export class Backoff {
  private faults = 0;
  private restUntil = 0;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the pause after the latest fault lasts. */
  isResting(): boolean {
    return this.now() < this.restUntil;
  }

  /** Begins a pause. @returns its length in seconds */
  rest(): number {
    const seconds = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(this.faults++, 10));
    this.restUntil = this.now() + seconds * 1000;
    return seconds;
  }

  /** Work has succeeded, or failed by itself: the next pause is the shortest again. */
  end(): void {
    this.faults = 0;
    this.restUntil = 0;
  }
}
