import type { IncomingHttpHeaders } from 'node:http';
import type { FieldErrors, TraitLists } from '#libs/contracts';
import type { Settings } from '#libs/platform';

/**
 * A message of a source, parsed as JSON. `at` is when it was sent, by its sender's clock,
 * milliseconds since 1970.
 */
interface SourceMessage {
  id: string;
  at: number;
  body: unknown;
}

/** A user or an org whose current values a message leaves out. */
export interface Fetch {
  kind: 'user' | 'org';
  id: string;
}

/**
 * Fetches the current values.
 * @returns a native event without id and time, or undefined when the subject no longer exists
 * @throws FetchDeferred, or any other Error; the fetch is repeated later
 */
export type Fetcher = (wanted: Fetch) => Promise<unknown>;

/** The source asks for a pause of `ms`. */
export class FetchDeferred extends Error {
  constructor(readonly ms: number) {
    super('the source asked for a pause');
  }
}

/**
 * The translation of a message. `events` are native events in wire form, which are checked
 * afterwards: missing values may be `undefined`, invalid values are passed unchanged. Events
 * without an id or time get those of the message. Each of `fetches` becomes an event when it is
 * fetched, with the time of the fetch.
 */
export type Translation =
  | { events: readonly unknown[]; fetches?: readonly Fetch[] }
  | { errors: FieldErrors }
  | { unused: UnusedReason }
  | 'unused';

/** Why a message that would be activity does not count. */
export type UnusedReason = 'ignored by TRACKING_IGNORE' | 'not active';

/**
 * A translator of one vendor's messages. Every folder next to this file whose `source.ts` exports a
 * `source` is loaded; no other registration is needed.
 */
export interface Source {
  /** The folder's name; also the `source` of its events. */
  readonly name: string;
  /**
   * Set when messages do not determine their order: of two with the same time, the one received
   * first sorts first. Their identities are never deleted, because a first receipt cannot be
   * determined again.
   */
  readonly isOrderedByArrival?: true;
  /** Set when messages are native events: a bad trait rejects an event instead of being dropped. */
  readonly isNative?: true;
  /** Trait keys that the source also reads as profile fields. */
  readonly profileTraits?: TraitLists;
  /** The message's type as the vendor names it; undefined without one. */
  typeOf(body: unknown): string | undefined;
  /** Decodes encoded parts of the body before it is translated, stored or erased. */
  plain?(body: unknown): unknown;
  /** The name of the event that a message reports, for TRACKING_IGNORE; undefined without one. */
  eventNameOf?(body: unknown): string | undefined;
  /** Pure: the same message always gives the same events. */
  translate(message: SourceMessage): Translation;
  /**
   * The fetcher for values that messages leave out; undefined when the settings contain no key for the
   * API.
   */
  fetcher?(settings: Settings): Fetcher | undefined;
  /** Values that may be invitees' addresses, which a dead letter must not contain. */
  inviteesOf?(body: unknown): readonly unknown[];
}

/** A source with signed messages to `POST /webhooks/<name>`. */
export interface WebhookSource extends Source {
  /**
   * The problem with a signing secret, as the end of a sentence about the setting; undefined for a
   * valid one.
   */
  secretProblem(secret: string): string | undefined;
  /** Whether the headers can carry a valid signature, so that the body is worth reading. */
  mayBeProven(headers: IncomingHttpHeaders, now: number): boolean;
  /**
   * Verifies the signature and its age before it reads anything from `raw`.
   * @param now milliseconds since 1970
   * @returns the message's id, the same on every delivery, and the time sent, milliseconds since
   *   1970; undefined when not proven
   */
  verify(
    headers: IncomingHttpHeaders,
    raw: Buffer,
    secrets: readonly string[],
    now: number,
  ): { id: string; at: number } | undefined;
}

/** Whether a source receives webhooks. */
export function isWebhook(source: Source): source is WebhookSource {
  return 'verify' in source;
}
