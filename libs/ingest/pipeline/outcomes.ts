import { Injectable } from '@nestjs/common';
import { EVENT_TYPES, type DroppedTraits, type Outcome, type Sender } from '#libs/contracts';
import { Metrics } from '#libs/platform';
import { IngestStatistics } from '../statistics/ingest-statistics.service.js';

/** An event or message with the type that its source gave it; null without one. */
interface Arrived {
  type: string | null;
  /** Why it is unused, if there is a particular reason. */
  reason?: string;
}

/**
 * Types with a metric of their own. Senders can invent any number of others, and each would stay in
 * memory.
 */
const LABELS: ReadonlySet<string> = new Set([...EVENT_TYPES, 'unknown']);
/** Types of vendors' webhooks with a metric of their own. Vendors have a few dozen. */
const MAX_VENDOR_TYPES = 50;

/**
 * Records the outcome of every native event and every message, in the metrics and the statistics.
 */
@Injectable()
export class Outcomes {
  private readonly vendorTypes = new Set<string>();

  constructor(
    private readonly metrics: Metrics,
    private readonly statistics: IngestStatistics,
  ) {}

  /**
   * Records outcomes. Counts once per type: finding a counter by its labels takes as long as
   * checking an event.
   * @param sender undefined for replays, which the statistics have counted before
   */
  record(outcome: Outcome, arrived: readonly Arrived[], sender?: Sender): void {
    const groups = outcome === 'unused' ? byReason(arrived) : [['', arrived] as const];
    for (const [reason, these] of groups) {
      for (const [type, count] of countTypes(these)) {
        this.metrics.events.labels(this.labelOf(type, sender), outcome).inc(count);
        if (sender) this.statistics.record(sender, type, outcome, count, reason);
      }
    }
  }

  /** Records traits that were dropped from accepted events. */
  recordDropped(dropped: DroppedTraits | undefined, sender: Sender): void {
    if (dropped) this.statistics.recordDropped(sender, dropped);
  }

  private labelOf(type: string, sender?: Sender): string {
    if (LABELS.has(type)) return type;
    const isOfVendor = sender?.kind === 'webhook' && sender.name !== 'standard';
    if (isOfVendor && this.vendorTypes.size < MAX_VENDOR_TYPES) this.vendorTypes.add(type);
    return this.vendorTypes.has(type) ? type : 'other';
  }
}

function byReason(arrived: readonly Arrived[]): Map<string, readonly Arrived[]> {
  const groups = new Map<string, Arrived[]>();
  for (const one of arrived) {
    const group = groups.get(one.reason ?? '');
    if (group) group.push(one);
    else groups.set(one.reason ?? '', [one]);
  }
  return groups;
}

/** The number of events per type. */
export function countTypes(arrived: readonly Arrived[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of arrived) {
    counts.set(type ?? 'unknown', (counts.get(type ?? 'unknown') ?? 0) + 1);
  }
  return counts;
}
