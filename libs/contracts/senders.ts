/** The ways in. */
export const SENDER_KINDS = ['webhook', 'api', 'tracking', 'import', 'demo'] as const;
export type SenderKind = (typeof SENDER_KINDS)[number];

/**
 * The sender of an event: `name` is the webhook's (`clerk`), that of the API key that was used, what
 * was imported from (`import` for a file), or `demo`. Not the event's `source`, which its sender may name freely.
 */
export interface Sender {
  kind: SenderKind;
  name: string;
}

/**
 * What became of what was delivered: `unused` says nothing that we count, `rejected` should have been
 * usable and is kept as a dead letter, `refused` was not let in, being forged or stale.
 */
export const OUTCOMES = ['accepted', 'rejected', 'unused', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];
