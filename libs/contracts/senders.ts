/** The kinds of senders. */
export const SENDER_KINDS = ['webhook', 'api', 'tracking', 'import', 'demo'] as const;
export type SenderKind = (typeof SENDER_KINDS)[number];

/**
 * The sender of an event. `name` is the name of the webhook (`clerk`), of the API key, or of the import's origin
 * (`import` for a file), or `demo`. Differs from the event's `source`, which the sender chooses freely.
 */
export interface Sender {
  kind: SenderKind;
  name: string;
}

/**
 * The outcome of a delivery: `accepted`; `rejected`, which is invalid and stored as a dead letter; `unused`,
 * which contains nothing that counts; `refused`, which has a forged or expired signature.
 */
export const OUTCOMES = ['accepted', 'rejected', 'unused', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];
