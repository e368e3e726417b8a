import { oncePerHistory, oncePerKey } from './once.js';
import { compareBytes } from './time.js';

/** A valid event as sent, with `time` (RFC 3339 UTC with ms) and `source`. */
export interface WireEvent {
  id: string;
  source: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
  /** First receipt, unix ms, of an event of a source whose messages cannot order themselves. */
  receivedAt?: number;
}

/** A wire event with its time in unix ms. */
export interface TimedEvent extends WireEvent {
  at: number;
}

/** "An event's identity is (source, id). An identity counts once": the first given wins. */
export function firstOfEachIdentity(events: readonly WireEvent[]): WireEvent[] {
  const seen = new Set<string>();
  return events.filter((event) => {
    const identity = JSON.stringify([event.source, event.id]);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

/**
 * "The order key is the event id, except for sources that cannot order their own messages": "the time of first
 * receipt (13 digits of unix milliseconds), a colon, and the event id".
 */
function orderKey({ id, receivedAt }: WireEvent): string {
  return receivedAt === undefined ? id : `${String(receivedAt).padStart(13, '0')}:${id}`;
}

/** "Where order matters it is (time, order key, source): times to the millisecond, keys as bytes." */
export function inOrder(events: readonly WireEvent[]): TimedEvent[] {
  return events
    .map((event) => ({ ...event, at: Date.parse(event.time) }))
    .sort(
      (a, b) =>
        a.at - b.at || compareBytes(orderKey(a), orderKey(b)) || compareBytes(a.source, b.source),
    );
}

/** A data field that the event's type requires to be a string. */
export function text(event: TimedEvent, field: string): string {
  const value = event.data[field];
  if (typeof value !== 'string') throw new Error(`${event.type} ${event.id}: no ${field}`);
  return value;
}

const found = oncePerHistory((_: readonly TimedEvent[]) => new Map<string, TimedEvent[]>());

/** The events of one type whose data field has the given value, in order. */
export function having(
  history: readonly TimedEvent[],
  type: string,
  field: string,
  value: string,
): readonly TimedEvent[] {
  return oncePerKey(found(history), JSON.stringify([type, field, value]), () =>
    history.filter((event) => event.type === type && event.data[field] === value),
  );
}
