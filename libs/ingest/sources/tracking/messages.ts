import { createHash } from 'node:crypto';
import { isObject } from '#libs/contracts';
import { serialized } from '../../pipeline/check.js';
import { incomingOf, type Incoming } from '../../http/read-events.js';
import { objectIn, type Call } from './call.js';
import { hasTime, timeOf } from './time.js';

/** A call with its identity and its time (ms since 1970). */
export interface CallMessage {
  id: string;
  at: number;
  content: Incoming;
}

const HOUR_MS = 3_600_000;
/** Longer ones are hashed: the id of a second event of the call gets a suffix. */
const MAX_MESSAGE_ID = 200;

/** The calls of a body of `/v1/batch`, what is common to them filled in; undefined when it is none. */
export function callsOf(batch: unknown): unknown[] | undefined {
  if (!isObject(batch) || !Array.isArray(batch['batch'])) return undefined;
  const common = smallContext(objectIn(batch, 'context'));
  const calls: unknown[] = batch['batch'];
  if (Object.keys(common).length === 0) return calls;
  return calls.map((call) =>
    isObject(call) ? { ...call, context: { ...common, ...objectIn(call, 'context') } } : call,
  );
}

/** Libraries send a few hundred bytes. It becomes part of every call: 10,000 times a mebibyte is too much. */
const MAX_COMMON_CHARACTERS = 4_096;

/** The context that all calls share; of a large one only the account and what is said of the user. */
function smallContext(context: Call): Call {
  if (isSmall(context)) return context;
  const needed = Object.entries({ groupId: context['groupId'], traits: context['traits'] });
  return Object.fromEntries(needed.filter(([, value]) => value !== undefined && isSmall(value)));
}

function isSmall(value: unknown): boolean {
  return serialized(value).length <= MAX_COMMON_CHARACTERS;
}

/**
 * A call as a message.
 * @param sentAt of the batch
 * @param receivedAt ms since 1970
 */
export function messageOf(call: unknown, sentAt: unknown, receivedAt: number): CallMessage {
  const at = isObject(call) ? timeOf(call, sentAt, receivedAt) : receivedAt;
  return { id: identityOf(call, receivedAt), at, content: incomingOf(call) };
}

/**
 * `messageId` stays the same when a call is sent again. Without one the content is the identity, but for
 * when it was sent; with the hour of receipt where no time is in it, since the next one may be the same
 * to the letter.
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
