const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 60;

/** Growing pauses after faults outside the work: 1, 2, 4 … 60 seconds. */
export class Backoff {
  private faults = 0;
  private restUntil = 0;

  /** @param now a monotonic clock, in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether a pause is still under way. */
  isResting(): boolean {
    return this.now() < this.restUntil;
  }

  /** Begins a pause. @returns its length in seconds */
  rest(): number {
    const seconds = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(this.faults++, 10));
    this.restUntil = this.now() + seconds * 1000;
    return seconds;
  }

  /** Resets the next pause to the shortest. Call it when work has succeeded or failed for its own reasons. */
  end(): void {
    this.faults = 0;
    this.restUntil = 0;
  }
}
