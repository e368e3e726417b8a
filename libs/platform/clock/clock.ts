import { Injectable } from '@nestjs/common';

/**
 * The time as the database's clock shows it, so that processes on machines whose clocks differ agree. `StoreWatch` reads
 * that clock every few seconds; in between, the time passes by this process's monotonic clock. Until the first reading it
 * is the time of this process. Exact decisions (due, claimed, latest) use `now()` in SQL instead.
 */
@Injectable()
export class Clock {
  private readAt = performance.now();
  private readMs = Date.now();

  /** Whole milliseconds since 1970. */
  now(): number {
    return Math.floor(this.readMs + performance.now() - this.readAt);
  }

  /**
   * Takes over a reading of the database's clock.
   * @param ms milliseconds since 1970
   * @param readAt when that was, by `performance.now()`
   */
  set(ms: number, readAt: number): void {
    this.readMs = ms;
    this.readAt = readAt;
  }

  /** By how many milliseconds this process's clock is ahead of the database's; negative when it is behind. */
  aheadMs(): number {
    return Date.now() - this.now();
  }
}
