const BAR_WIDTH = 30;
const [DRAW_MS, LINE_MS] = [100, 10_000];

/** How far something is, on standard error: a line that changes in place, elsewhere one now and then. */
export class ProgressBar {
  private saidAt = performance.now();
  private isDrawn = false;

  /** @param share of the whole, undefined when that is not known */
  show(share: number | undefined, text: string): void {
    const isTerminal = process.stderr.isTTY;
    const now = performance.now();
    if (now - this.saidAt < (isTerminal ? DRAW_MS : LINE_MS)) return;
    this.saidAt = now;
    const line = `${share === undefined ? '' : `${bar(share)}  `}${text}`;
    process.stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    this.isDrawn = isTerminal;
  }

  /** Leaves the line as it is; what is said next begins a new one. */
  end(): void {
    if (this.isDrawn) process.stderr.write('\n');
    this.isDrawn = false;
  }
}

function bar(share: number): string {
  const whole = Math.min(1, share);
  const full = Math.round(whole * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(whole * 100)} %`;
}
