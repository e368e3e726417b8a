import { Injectable } from '@nestjs/common';
import { Metrics } from '#libs/platform';

/**
 * What became of something sent: taken, kept as a dead letter, understood but of no use here, or turned
 * away because its signature could not be trusted.
 */
export type Outcome = 'accepted' | 'rejected' | 'unused' | 'refused';

/** What came: of which source, and its type in that source's words; null when it has none. */
export interface Arrived {
  source: string;
  type: string | null;
}

/** The one place where the outcome of every native event and of every message of a source passes. */
@Injectable()
export class Outcomes {
  constructor(private readonly metrics: Metrics) {}

  /** One step a type, not an event: finding a counter by its labels takes as long as checking an event. */
  tell(outcome: Outcome, arrived: readonly Arrived[]): void {
    const counts = new Map<string, number>();
    for (const { type } of arrived) {
      counts.set(type ?? 'unknown', (counts.get(type ?? 'unknown') ?? 0) + 1);
    }
    for (const [type, count] of counts) this.metrics.events.labels(type, outcome).inc(count);
  }
}
