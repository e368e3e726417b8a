const BAR_WIDTH = 30;
const [DRAW_MS, LINE_MS] = [100, 10_000];

/** Progress on standard error: on a terminal a line that changes in place, elsewhere a line from time to time. */
export class ProgressBar {
  private saidAt = performance.now();
  private isDrawn = false;

  /** @param share from 0 to 1; undefined when the total is unknown */
  show(share: number | undefined, text: string): void {
    const isTerminal = process.stderr.isTTY;
    const now = performance.now();
    if (now - this.saidAt < (isTerminal ? DRAW_MS : LINE_MS)) return;
    this.saidAt = now;
    const line = `${share === undefined ? '' : `${bar(share)}  `}${text}`;
    process.stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    this.isDrawn = isTerminal;
  }

  /** Ends the current line. */
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
