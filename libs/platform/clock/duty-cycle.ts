/**
 * Limits repeated work to a tenth of the time: after each turn it rests nine times as long as the turn took, or less
 * when the next turn would otherwise be late.
 */
export class DutyCycle {
  private restUntil = 0;

  /** @param latestMs the longest time between the starts of two turns, unless a turn takes longer */
  constructor(
    private readonly latestMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  /** Does the work, unless it is still resting. */
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
