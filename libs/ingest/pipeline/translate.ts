import { createHash } from 'node:crypto';
import {
  checkEvent,
  isObject,
  type FieldErrors,
  type NativeEvent,
  type Outcome,
} from '#libs/contracts';
import { holdsAddress } from '#libs/facts';
import { withoutInvitees } from '../dead-letters/addresses.js';
import { serialized, usable, type CheckedBatch, type Rejected } from './check.js';
import { mentionsOf, type MentionBudget } from '../dead-letters/mentions.js';
import type { Incoming } from '../http/read-events.js';
import type { Source } from '../sources/source.js';

/** A message whose sender is known. */
export interface Message {
  /** The same on every delivery of it: what came once under it changes nothing again. */
  id: string;
  /** When its sender says it was sent, ms since 1970: the time of events that tell none. */
  at: number;
  /** When it was first received, ms since 1970. */
  receivedAt: number;
  content: Incoming;
  /** Its bytes as they were sent, where they are known: kept when the message cannot be used. */
  raw?: Buffer;
  /** Of the request that brought it. */
  budget?: MentionBudget;
}

/** What is to be written of a message, and what to say of it. */
export interface Translated extends CheckedBatch {
  outcome: Exclude<Outcome, 'refused'>;
  type: string | null;
}

const MAX_TYPE = 100;
/** No webhook's message is longer. A longer call cannot be tried again, but be looked at. */
const KEPT_CHARACTERS = 1024 * 1024;

/**
 * A message as checked events. When something of it cannot be used, what can be is taken and the whole
 * message is rejected besides: tried again, what was taken is known by its identity.
 * @param context now: ms since 1970, what times are checked against; asks: whether the source can be asked
 *   for what the message leaves out, without which that is of no use
 */
export function translate(
  source: Source,
  message: Message,
  { now, asks }: { now: number; asks: boolean },
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
  const translation = source.translate({ id: message.id, at: message.at, body });
  const type = typeOf(source, body);
  if (translation === 'unused') return { outcome: 'unused', type, events: [], rejected: [] };
  if ('errors' in translation) return rejected(source, message, body, translation.errors, []);
  const told = translation.events.map((event, index) => withId(event, message.id, index));
  const { receivedAt } = message;
  const lookUps = (asks ? (translation.lookUps ?? []) : []).map((wanted, index) => {
    const eventId = idOf(message.id, told.length + index);
    return { ...wanted, source: source.name, eventId, receivedAt };
  });
  if (told.length + lookUps.length === 0) {
    return { outcome: 'unused', type, events: [], rejected: [] };
  }
  const context = { now, receivedAt: message.at, defaultSource: source.name };
  const checked = told.map((event) => checkEvent(event, context));
  const events = checked.flatMap((one) =>
    'event' in one ? [remembered(source, message, one.event)] : [],
  );
  const wrong = checked.find((one) => 'errors' in one);
  if (!wrong) return { outcome: 'accepted', type, events, lookUps, rejected: [] };
  return { ...rejected(source, message, body, wrong.errors, told), events, lookUps };
}

/** Where one message makes several events, each needs an identity of its own. */
function withId(event: unknown, messageId: string, index: number): unknown {
  if (!isObject(event) || event.id !== undefined) return event;
  return { ...event, id: idOf(messageId, index) };
}

/** An id must have at most 255 characters: with a suffix, a longer one than this is hashed. */
const MAX_BEFORE_SUFFIX = 240;

function idOf(messageId: string, index: number): string {
  if (index === 0) return messageId;
  const isLong = messageId.length > MAX_BEFORE_SUFFIX;
  const base = isLong ? createHash('sha256').update(messageId).digest('hex') : messageId;
  return `${base}/${index + 1}`;
}

/** A delivery tried again carries a later time: activity has to be known by its identity, too. */
function remembered(source: Source, { receivedAt }: Message, event: NativeEvent): NativeEvent {
  return ordered(source, receivedAt, { ...event, remembered: true });
}

const RECEIPT_DIGITS = 13;

/**
 * An event of a source with the order key that the source needs: for one that is ordered by arrival the first
 * receipt in 13 digits of unix milliseconds, a colon, the event id.
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
  told: readonly unknown[],
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
    userId: named(told, 'user_id') ?? named(told, 'inviter_user_id'),
    orgId: named(told, 'org_id'),
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

/** The message as it was sent, the addresses in it blanked: they are kept as a hash or not at all. */
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

/** Bytes that are not UTF-8 are kept as they are: as text they would be another message. */
function bytesOf({ content, raw }: Message, text: string): Buffer {
  const isRaw = 'unreadable' in content && content.unreadable === text && raw !== undefined;
  return isRaw ? raw.subarray(0, KEPT_CHARACTERS) : Buffer.from(text.slice(0, KEPT_CHARACTERS));
}

function plain(address: string): string {
  return address.trim().toLowerCase();
}

function named(told: readonly unknown[], field: string): string | null {
  for (const event of told) {
    const id = isObject(event) && isObject(event.data) ? usable(event.data[field]) : null;
    if (id !== null) return id;
  }
  return null;
}

function typeOf(source: Source, body: unknown): string | null {
  const type = usable(source.typeOf(body));
  return type !== null && type.length <= MAX_TYPE && !holdsAddress(type) ? type : null;
}
