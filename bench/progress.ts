const BAR_WIDTH = 30;
const LINE_EVERY_MS = 10_000;

/** Progress messages on standard error. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A progress bar on a terminal; elsewhere a line from time to time. */
export class Bar {
  private readonly startedAt = performance.now();
  private saidAt = 0;
  private done = 0;
  private isOver = false;

  constructor(
    private readonly title: string,
    private readonly total: number,
    private readonly unit: string,
  ) {}

  add(count: number): void {
    this.done += count;
    // The total may have been an estimate.
    if (this.isOver) return;
    const now = performance.now();
    const isLast = this.done >= this.total;
    this.isOver = isLast;
    if (!isLast && now - this.saidAt < (process.stderr.isTTY ? 100 : LINE_EVERY_MS)) return;
    this.saidAt = now;
    process.stderr.write(
      process.stderr.isTTY ? `\r${this.text()}${isLast ? '\n' : ''}` : `${this.text()}\n`,
    );
  }

  private text(): string {
    const share = Math.min(1, this.done / this.total);
    const full = Math.round(share * BAR_WIDTH);
    const seconds = (performance.now() - this.startedAt) / 1000;
    const perSecond = Math.round(this.done / Math.max(seconds, 0.001)).toLocaleString('en');
    const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
    return `  ${this.title} ${bar} ${Math.floor(share * 100)} %, ${seconds.toFixed(0)} s, ${perSecond} ${this.unit}/s`;
  }
}
