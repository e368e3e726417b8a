import { createHash } from 'node:crypto';
import {
  checkEvent,
  isObject,
  addDropped,
  type DroppedTraits,
  type FieldErrors,
  type NativeEvent,
  type Outcome,
  type TraitRules,
} from '#libs/contracts';
import { holdsAddress } from '#libs/facts';
import { withoutInvitees } from '../dead-letters/addresses.js';
import { serialized, usable, type CheckedBatch, type Rejected } from './check.js';
import { mentionsOf, type MentionBudget } from '../dead-letters/mentions.js';
import type { Incoming } from '../http/read-events.js';
import type { Source, UnusedReason } from '../sources/source.js';
import type { IgnoredNames } from './ignored-names.js';

/** A message of a verified sender. */
export interface Message {
  /** The same on every delivery. A repeated id changes nothing. */
  id: string;
  /**
   * When it was sent, by its sender's clock, milliseconds since 1970: the time of events without a
   * time.
   */
  at: number;
  /** First receipt, milliseconds since 1970. */
  receivedAt: number;
  content: Incoming;
  /** The bytes sent, when known: stored when the message is rejected. */
  raw?: Buffer;
  /** The budget of the message's request. */
  budget?: MentionBudget;
}

/** The events and dead letters of a message, and its outcome. */
export interface Translated extends CheckedBatch {
  outcome: Exclude<Outcome, 'refused'>;
  type: string | null;
  /** Why it is unused, if there is a particular reason. */
  reason?: UnusedReason;
}

/** The settings of a translation. */
export interface TranslationContext {
  /** Milliseconds since 1970, for checking times. */
  now: number;
  /** Whether values that the message leaves out can be fetched from the source's API. */
  canFetch: boolean;
  traits?: TraitRules;
  ignored?: IgnoredNames;
}

const MAX_TYPE = 100;
/**
 * No webhook message is longer. Longer tracking calls are cut: they can be read but not replayed.
 */
const KEPT_CHARACTERS = 1024 * 1024;

/**
 * Translates a message into checked events. When some events are invalid, the valid ones are used
 * and the whole message is also rejected. On a replay, used events are recognized by their
 * identities.
 */
export function translate(
  source: Source,
  message: Message,
  { now, canFetch, traits, ignored }: TranslationContext,
): Translated {
  const { content } = message;
  if ('unreadable' in content) {
    return rejected(
      source,
      message,
      undefined,
      { body: [content.problem ?? 'must be valid JSON'] },
      [],
    );
  }
  const body = source.plain?.(content.value) ?? content.value;
  if (content.problem !== undefined) {
    return rejected(source, message, body, { body: [content.problem] }, []);
  }
  if (usable(message.id) === null) {
    return rejected(source, message, body, { id: ['must have 1 to 255 characters'] }, []);
  }
  const type = typeOf(source, body);
  if (ignored?.includes(source.eventNameOf?.(body))) {
    return unused(type, 'ignored by TRACKING_IGNORE');
  }
  const translation = source.translate({ id: message.id, at: message.at, body });
  if (translation === 'unused') return unused(type);
  if ('unused' in translation) return unused(type, translation.unused);
  if ('errors' in translation) return rejected(source, message, body, translation.errors, []);
  const native = translation.events.map((event, index) => withId(event, message.id, index));
  const { receivedAt } = message;
  const fetches = (canFetch ? (translation.fetches ?? []) : []).map((wanted, index) => {
    const eventId = idOf(message.id, native.length + index);
    return { ...wanted, source: source.name, eventId, receivedAt };
  });
  if (native.length + fetches.length === 0) return unused(type);
  const context = { now, receivedAt: message.at, defaultSource: source.name, traits };
  const checked = native.map((event) => checkEvent(event, context));
  const dropped: DroppedTraits = {};
  for (const one of checked) if ('event' in one) addDropped(dropped, one.dropped);
  const events = checked.flatMap((one) =>
    'event' in one && (source.isNative || !isEmptied(one))
      ? [remembered(source, message, one.event)]
      : [],
  );
  const wrong = checked.find((one) => 'errors' in one);
  if (wrong) {
    return { ...rejected(source, message, body, wrong.errors, native), events, fetches, dropped };
  }
  if (events.length + fetches.length === 0) return { ...unused(type), dropped };
  return { outcome: 'accepted', type, events, fetches, rejected: [], dropped };
}

function unused(type: string | null, reason?: UnusedReason): Translated {
  return { outcome: 'unused', type, events: [], rejected: [], ...(reason && { reason }) };
}

/** Whether an update is empty because all its traits were dropped. */
function isEmptied({ event, dropped }: { event: NativeEvent; dropped?: DroppedTraits }): boolean {
  if (!dropped || !event.type.endsWith('.updated')) return false;
  const carried = Object.entries(event.data).filter(([name]) => !name.endsWith('_id'));
  return carried.every(([, value]) => value === undefined);
}

/** Gives each event of a message an identity of its own. */
function withId(event: unknown, messageId: string, index: number): unknown {
  if (!isObject(event) || event.id !== undefined) return event;
  return { ...event, id: idOf(messageId, index) };
}

/**
 * An id has at most 255 characters. A message id longer than this is hashed before a suffix is
 * added.
 */
const MAX_BEFORE_SUFFIX = 240;

function idOf(messageId: string, index: number): string {
  if (index === 0) return messageId;
  const isLong = messageId.length > MAX_BEFORE_SUFFIX;
  const base = isLong ? createHash('sha256').update(messageId).digest('hex') : messageId;
  return `${base}/${index + 1}`;
}

/**
 * Marks an event so that its identity is stored, activity included: a redelivery may carry a later
 * time.
 */
function remembered(source: Source, { receivedAt }: Message, event: NativeEvent): NativeEvent {
  return ordered(source, receivedAt, { ...event, remembered: true });
}

const RECEIPT_DIGITS = 13;

/**
 * Adds the order key to events of sources that are ordered by arrival: the first receipt as 13
 * digits of unix milliseconds, a colon, the event id.
 */
export function ordered(source: Source, receivedAt: number, event: NativeEvent): NativeEvent {
  if (!source.isOrderedByArrival) return event;
  const receipt = String(receivedAt).padStart(RECEIPT_DIGITS, '0');
  return { ...event, orderKey: `${receipt}:${event.id}` };
}

function rejected(
  source: Source,
  message: Message,
  body: unknown,
  errors: FieldErrors,
  events: readonly unknown[],
): Translated {
  const type = body === undefined ? null : typeOf(source, body);
  const text = textOf(message, body, invitees(source, body));
  const mentions = mentionsOf(text, message.budget);
  const letter: Rejected = {
    index: 0,
    id: usable(message.id),
    errors,
    source: source.name,
    type,
    userId: named(events, 'user_id') ?? named(events, 'inviter_user_id'),
    orgId: named(events, 'org_id'),
    body: bytesOf(message, text),
    mentions: {
      ...mentions,
      texts: [...mentions.texts, ...mentionsOf(message.id).texts],
      isComplete: mentions.isComplete && body !== undefined,
    },
    messageAt: message.at,
    receivedAt: message.receivedAt,
  };
  return { outcome: 'rejected', type, events: [], rejected: [letter] };
}

function invitees(source: Source, body: unknown): string[] {
  const found = body === undefined ? [] : (source.inviteesOf?.(body) ?? []);
  return found.filter((one) => typeof one === 'string').map(plain);
}

/** The message's text with invitees' addresses blanked: they may only be stored as hashes. */
function textOf({ content, raw }: Message, body: unknown, addresses: readonly string[]): string {
  if ('unreadable' in content) return withoutInvitees(content.unreadable);
  const isAsSent = addresses.length === 0 && body === content.value;
  if (isAsSent) return raw?.toString('utf8') ?? serialized(body);
  const known = new Set(addresses);
  return serialized(body, (member) => {
    if (typeof member !== 'string') return member;
    if (known.has(plain(member))) return '';
    return member.includes('"') ? withoutInvitees(member) : member;
  });
}

/**
 * The bytes to store. Bytes that are not UTF-8 are stored unchanged: decoding would change the
 * message.
 */
function bytesOf({ content, raw }: Message, text: string): Buffer {
  const isRaw = 'unreadable' in content && content.unreadable === text && raw !== undefined;
  return isRaw ? raw.subarray(0, KEPT_CHARACTERS) : Buffer.from(text.slice(0, KEPT_CHARACTERS));
}

function plain(address: string): string {
  return address.trim().toLowerCase();
}

function named(events: readonly unknown[], field: string): string | null {
  for (const event of events) {
    const id = isObject(event) && isObject(event.data) ? usable(event.data[field]) : null;
    if (id !== null) return id;
  }
  return null;
}

function typeOf(source: Source, body: unknown): string | null {
  const type = usable(source.typeOf(body));
  return type !== null && type.length <= MAX_TYPE && !holdsAddress(type) ? type : null;
}
