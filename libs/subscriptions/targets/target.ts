import type { SubscriptionMessage, SubscriptionTarget } from '#libs/contracts';

/** A message with the names of its rows, ready for a target. */
export interface Outgoing {
  /** The same at every attempt; the header `webhook-id`. */
  deliveryId: string;
  subscription: { id: string; name: string };
  message: SubscriptionMessage;
  /** Whether the schedule is daily or weekly, so that a message without changes is sent too. */
  isDigest: boolean;
}

/** The result of one attempt. `gone`: the receiver wants no more messages (410). */
export type Attempt =
  | { result: 'delivered'; status: number | null }
  | { result: 'failed'; status: number | null; error: string }
  | { result: 'gone'; status: number };

/** Sends messages to one kind of target. Never throws because of the receiver. */
export interface TargetSender<Kind extends SubscriptionTarget['kind']> {
  /**
   * @param secrets of a webhook, the newest first; empty for other kinds
   * @param signal ends the attempt, when the process stops
   */
  send(
    target: Extract<SubscriptionTarget, { kind: Kind }>,
    outgoing: Outgoing,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt>;
}
