import type { SubscriptionMessage, SubscriptionTarget, Where } from '#libs/contracts';

/** A message with the names of its rows, ready for a target. */
export interface Outgoing {
  /** The same at every attempt; the header `webhook-id`. */
  deliveryId: string;
  subscription: {
    id: string;
    name: string;
    /** The conditions and the saved segment, for the link to the dashboard. */
    where?: Where | null | undefined;
    segment?: string | null | undefined;
  };
  message: SubscriptionMessage;
  /** Whether the schedule is daily or weekly, so that a message without changes is sent too. */
  isDigest: boolean;
  /** Of e-mail: the addresses that accepted this delivery in earlier attempts. They do not get it again. */
  accepted?: readonly string[] | undefined;
}

/**
 * The result of one attempt. `gone`: the receiver wants no more messages (410). `accepted`: the addresses that accepted
 * an e-mail in this attempt, although others failed; `Outgoing.accepted` of the next attempt must contain them.
 * `isFinal`: a repetition would fail for the same reason.
 */
export type Attempt =
  | { result: 'delivered'; status: number | null }
  | {
      result: 'failed';
      status: number | null;
      error: string;
      accepted?: readonly string[];
      isFinal?: boolean;
    }
  | { result: 'gone'; status: number };

/** Sends messages to one kind of target. Never throws because of the receiver. */
export interface TargetSender<Kind extends SubscriptionTarget['kind']> {
  /**
   * @param secrets of a webhook, the newest first; empty for other kinds
   * @param signal ends the attempt, when the process stops
   */
  send(
    target: TargetOf<Kind>,
    outgoing: Outgoing,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt>;
}

export type TargetOf<Kind extends SubscriptionTarget['kind']> = Extract<
  SubscriptionTarget,
  { kind: Kind }
>;
