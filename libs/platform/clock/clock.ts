import { Injectable } from '@nestjs/common';

/** The one place that reads the time; everything else is handed its `now`. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }
}
