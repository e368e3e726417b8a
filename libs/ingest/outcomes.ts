import { Injectable } from '@nestjs/common';
import type { Outcome, Sender } from '#libs/contracts';
import { Metrics } from '#libs/platform';
import { Ledger } from './ledger/ledger.service.js';

/** What came: its type in the words of its source; null when it has none. */
interface Arrived {
  type: string | null;
}

/** The one place where the outcome of every native event and of every message of a source passes. */
@Injectable()
export class Outcomes {
  constructor(
    private readonly metrics: Metrics,
    private readonly ledger: Ledger,
  ) {}

  /**
   * One step a type, not an event: finding a counter by its labels takes as long as checking an event.
   * @param sender of what came just now; none of what is tried again, which has come before
   */
  tell(outcome: Outcome, arrived: readonly Arrived[], sender?: Sender): void {
    for (const [type, count] of countTypes(arrived)) {
      this.metrics.events.labels(type, outcome).inc(count);
      if (sender) this.ledger.note(sender, type, outcome, count);
    }
  }
}

/** How many there are of each type. */
export function countTypes(arrived: readonly Arrived[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of arrived) {
    counts.set(type ?? 'unknown', (counts.get(type ?? 'unknown') ?? 0) + 1);
  }
  return counts;
}
