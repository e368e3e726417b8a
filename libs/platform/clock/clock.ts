import { Injectable } from '@nestjs/common';

/**
 * The time of the database's clock, so that processes on machines with different clocks agree. `StoreWatch` reads the
 * database's clock every few seconds; between readings, the monotonic clock of this process advances the time. Before
 * the first reading, the time is that of this process. Exact decisions (due, claimed, latest) use `now()` in SQL
 * instead.
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
   * Sets the time from a reading of the database's clock.
   * @param ms milliseconds since 1970
   * @param readAt `performance.now()` at the reading
   */
  set(ms: number, readAt: number): void {
    this.readMs = ms;
    this.readAt = readAt;
  }

  /** The clock of this process minus that of the database, in milliseconds. */
  aheadMs(): number {
    return Date.now() - this.now();
  }
}
