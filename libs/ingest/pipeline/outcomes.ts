import { Injectable } from '@nestjs/common';
import { EVENT_TYPES, type Outcome, type Sender } from '#libs/contracts';
import { Metrics } from '#libs/platform';
import { IngestStatistics } from '../statistics/ingest-statistics.service.js';

/** What came: its type in the words of its source; null when it has none. */
interface Arrived {
  type: string | null;
}

/** Types that are counted by name. Senders can make up any number of others, and each would stay in memory. */
const LABELS: ReadonlySet<string> = new Set([...EVENT_TYPES, 'unknown']);
/** So many types of vendors' webhooks are counted by name as well: vendors have a few dozens. */
const MAX_VENDOR_TYPES = 50;

/** The one place where the outcome of every native event and of every message of a source passes. */
@Injectable()
export class Outcomes {
  private readonly vendorTypes = new Set<string>();

  constructor(
    private readonly metrics: Metrics,
    private readonly ledger: IngestStatistics,
  ) {}

  /**
   * One step a type, not an event: finding a counter by its labels takes as long as checking an event.
   * @param sender of what came just now; none of what is tried again, which has come before
   */
  record(outcome: Outcome, arrived: readonly Arrived[], sender?: Sender): void {
    for (const [type, count] of countTypes(arrived)) {
      this.metrics.events.labels(this.labelOf(type, sender), outcome).inc(count);
      if (sender) this.ledger.record(sender, type, outcome, count);
    }
  }

  private labelOf(type: string, sender?: Sender): string {
    if (LABELS.has(type)) return type;
    const isOfVendor = sender?.kind === 'webhook' && sender.name !== 'standard';
    if (isOfVendor && this.vendorTypes.size < MAX_VENDOR_TYPES) this.vendorTypes.add(type);
    return this.vendorTypes.has(type) ? type : 'other';
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
