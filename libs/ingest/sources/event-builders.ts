import { DAY_MS, isObject, readTime, type EventType } from '#libs/contracts';
import type { Translation } from './source.js';

/** The translators of a source by message type. */
export type Translators<Parts> = Readonly<Record<string, (parts: Parts) => Translation>>;

/**
 * Translates a message by its type. A type without a translator is unused.
 * @param field the message's member that contains the type
 */
export function byType<Parts>(
  translators: Translators<Parts>,
  field: string,
  type: string | undefined,
  parts: Parts,
): Translation {
  if (type === undefined) return { errors: { [field]: ['must be the type of the message'] } };
  return Object.hasOwn(translators, type) ? translators[type]!(parts) : 'unused';
}

/**
 * One native event. Values are passed unchanged; the check of events validates them.
 * @param time in any form that events accept; without it, the message's time applies
 */
export function toEvent(
  type: EventType,
  data: Record<string, unknown>,
  time?: unknown,
): Translation {
  return { events: [{ type, data, time }] };
}

/**
 * The native event of an update that contains the whole user or organization. With a creation time,
 * it is reported as a creation.
 * @param createdAt in any form that events accept; null or undefined when unknown
 * @param time RFC 3339; without it, the message's time applies
 */
export function toWholeEvent(
  subject: 'user' | 'org',
  data: Record<string, unknown>,
  createdAt: unknown,
  time?: unknown,
): Translation {
  if (createdAt === undefined || createdAt === null)
    return toEvent(`${subject}.updated`, data, time);
  return toEvent(`${subject}.created`, { ...data, created_at: createdAt }, time);
}

/** A member of a JSON value by its path; undefined without one. */
export function member(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return found;
}

/** A member that is a string; otherwise undefined. */
export function textMember(value: unknown, ...path: string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Senders repeat messages for days or months, not for years. */
const LONG_MS = 5 * 366 * DAY_MS;

/**
 * Rejects a message whose time lies more than five years before its signature: the unit of the time
 * or the sender's clock is wrong. Does not check times of the message's object, such as its
 * creation.
 * @param field the message's member with the time
 * @param signedAt milliseconds since 1970
 */
export function nearSignature(
  translation: Translation,
  field: string,
  time: unknown,
  signedAt: number,
): Translation {
  const read = readTime(time);
  const isLongBefore = 'ms' in read && read.ms < signedAt - LONG_MS;
  if (!isLongBefore || translation === 'unused') return translation;
  return { errors: { [field]: ['must not be more than five years before the signature'] } };
}
