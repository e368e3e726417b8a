/**
 * Repeated work that must not run all the time: after each turn it rests for
 * nine times as long as that took, so that it takes a tenth, or less long where it would become late.
 */
export class DutyCycle {
  private restUntil = 0;

  /** @param latestMs from the beginning of one turn to that of the next, unless a turn takes longer */
  constructor(
    private readonly latestMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  /** Takes a turn, unless it is still resting from the last one. */
  async turn(): Promise<void> {
    const startedAt = performance.now();
    if (startedAt < this.restUntil) return;
    await this.work();
    const endedAt = performance.now();
    const took = endedAt - startedAt;
    this.restUntil = endedAt + Math.min(REST_TIMES * took, Math.max(0, this.latestMs - took));
  }
}

const REST_TIMES = 9;
