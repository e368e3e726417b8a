import type { IncomingHttpHeaders } from 'node:http';
import type { FieldErrors } from '#libs/contracts';
import type { Settings } from '#libs/platform';

/** A message of a source, read as JSON. `at` is in ms since 1970: when its sender says it was sent. */
interface SourceMessage {
  id: string;
  at: number;
  body: unknown;
}

/** A user or an org that a message names without saying what has become of it. */
export interface Fetch {
  kind: 'user' | 'org';
  id: string;
}

/**
 * Fetches what has become of it: a native event without id and time, or nothing when it is gone.
 * @throws LookUpDeferred, or an Error, and it will be tried again
 */
export type Fetcher = (wanted: Fetch) => Promise<unknown>;

/** The source asks for a pause of `ms`. */
export class FetchDeferred extends Error {
  constructor(readonly ms: number) {
    super('the source asked for a pause');
  }
}

/**
 * What a message comes to. `events` are native events as they would come over the wire, checked
 * afterwards like any other: what the message lacks can be left `undefined`, what is wrong left wrong.
 * One without an id gets the message's, one without a time the message's time. What is to be looked up
 * becomes an event later, of the moment in which it is.
 */
export type Translation =
  { events: readonly unknown[]; lookUps?: readonly Fetch[] } | { errors: FieldErrors } | 'unused';

/**
 * Where messages come from. A source is a folder beside this file whose `source.ts` exports one of
 * these as `source`; it is found there, and nothing else has to know of it.
 */
export interface Source {
  /** The folder's name; also the `source` of its events. */
  readonly name: string;
  /**
   * Its messages cannot order themselves: of two with the same time, the one received first comes first.
   * Their identities are remembered for good, since a first receipt cannot be known again.
   */
  readonly isOrderedByArrival?: true;
  /** The kind of message in the source's own words; undefined when there is none in it. */
  typeOf(body: unknown): string | undefined;
  /** The body with encoded parts of it decoded: so it is translated, kept and erased. */
  plain?(body: unknown): unknown;
  /** Pure: the same message gives the same events, whenever it is translated. */
  translate(message: SourceMessage): Translation;
  /** How to ask the source for what its messages leave out; undefined when the settings do not tell. */
  fetcher?(settings: Settings): Fetcher | undefined;
  /** What may be addresses of people invited in it, which a message kept as a dead letter must not keep. */
  inviteesOf?(body: unknown): readonly unknown[];
}

/** A source whose messages come by `POST /webhooks/<name>`, signed. */
export interface WebhookSource extends Source {
  /** What is wrong with a signing secret, as the end of a sentence about the setting. */
  secretProblem(secret: string): string | undefined;
  /** Whether the headers could prove a message at all, so that its body is worth reading. */
  mayBeProven(headers: IncomingHttpHeaders, now: number): boolean;
  /**
   * The message's id, the same on every delivery, and the time it was sent (ms), once one of the secrets
   * proves the bytes and they are fresh; undefined when not. Nothing of `raw` is read before.
   */
  verify(
    headers: IncomingHttpHeaders,
    raw: Buffer,
    secrets: readonly string[],
    now: number,
  ): { id: string; at: number } | undefined;
}

/** Whether a source's messages come by webhook. */
export function isWebhook(source: Source): source is WebhookSource {
  return 'verify' in source;
}
