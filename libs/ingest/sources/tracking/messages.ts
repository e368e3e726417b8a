import { createHash } from 'node:crypto';
import { isObject } from '#libs/contracts';
import { serialized } from '../../pipeline/check.js';
import { incomingOf, type Incoming } from '../../http/read-events.js';
import { objectIn, type Call } from './call.js';
import { hasTime, timeOf } from './time.js';

/** A call with its identity and its time (milliseconds since 1970). */
export interface CallMessage {
  id: string;
  at: number;
  content: Incoming;
}

const HOUR_MS = 3_600_000;
/** Longer ids are hashed, which leaves room for the suffix of a second event. */
const MAX_MESSAGE_ID = 200;

/** The calls of a `/v1/batch` body, each with the common context; undefined for any other body. */
export function callsOf(batch: unknown): unknown[] | undefined {
  if (!isObject(batch) || !Array.isArray(batch['batch'])) return undefined;
  const common = smallContext(objectIn(batch, 'context'));
  const calls: unknown[] = batch['batch'];
  if (Object.keys(common).length === 0) return calls;
  return calls.map((call) =>
    isObject(call) ? { ...call, context: { ...common, ...objectIn(call, 'context') } } : call,
  );
}

/**
 * Limit for the common context, which is copied into up to 10,000 calls. Libraries send a few
 * hundred bytes.
 */
const MAX_COMMON_CHARACTERS = 4_096;

/** The common context; of a large one, only the account, the user's traits and `active`. */
function smallContext(context: Call): Call {
  if (isSmall(context)) return context;
  const { groupId, traits, active } = context;
  const needed = Object.entries({ groupId, traits, active });
  return Object.fromEntries(needed.filter(([, value]) => value !== undefined && isSmall(value)));
}

function isSmall(value: unknown): boolean {
  return serialized(value).length <= MAX_COMMON_CHARACTERS;
}

/**
 * Turns a call into a message.
 * @param sentAt of the batch
 * @param receivedAt milliseconds since 1970
 */
export function messageOf(call: unknown, sentAt: unknown, receivedAt: number): CallMessage {
  const at = isObject(call) ? timeOf(call, sentAt, receivedAt) : receivedAt;
  return { id: identityOf(call, receivedAt), at, content: incomingOf(call) };
}

/**
 * The identity of a call: its `messageId`, which stays the same when the call is sent again.
 * Without one, the hash of its content except `sentAt`. A content without a time may repeat
 * exactly, so the hash then includes the hour of receipt.
 */
function identityOf(call: unknown, receivedAt: number): string {
  const given: Call = isObject(call) ? call : {};
  const { messageId } = given;
  if (typeof messageId === 'string' && messageId !== '' && messageId.length <= MAX_MESSAGE_ID) {
    return messageId;
  }
  if (messageId !== undefined && messageId !== null && messageId !== '') return hashed(messageId);
  const hour = hasTime(given) ? null : Math.floor(receivedAt / HOUR_MS);
  return hashed([isObject(call) ? { ...call, sentAt: undefined } : call, hour]);
}

function hashed(value: unknown): string {
  return createHash('sha256').update(serialized(value)).digest('hex');
}
