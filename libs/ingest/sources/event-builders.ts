import { DAY_MS, isObject, readTime, type EventType } from '#libs/contracts';
import type { Translation } from './source.js';

/** What each type of message comes to, in a source that has types. */
export type Translators<Parts> = Readonly<Record<string, (parts: Parts) => Translation>>;

/**
 * Translates by the message's type; a type that is not in the table is unused.
 * @param field the message's member that holds the type
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
 * One native event. Values are given on as they came, for the check of events to judge.
 * @param time in any form that events may have; left out, the message's time
 */
export function toEvent(
  type: EventType,
  data: Record<string, unknown>,
  time?: unknown,
): Translation {
  return { events: [{ type, data, time }] };
}

/**
 * The native event of an update that carries the whole user or organization: where it also says when that was
 * created, it reports the creation.
 * @param createdAt as the check of events reads it; null or undefined for an update without it
 * @param time RFC 3339; left out, the message's time
 */
export function tellWhole(
  subject: 'user' | 'org',
  data: Record<string, unknown>,
  createdAt: unknown,
  time?: unknown,
): Translation {
  if (createdAt === undefined || createdAt === null)
    return toEvent(`${subject}.updated`, data, time);
  return toEvent(`${subject}.created`, { ...data, created_at: createdAt }, time);
}

/** A member of a value of JSON, by its path; undefined where there is none. */
export function member(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return found;
}

/** A member that is text. */
export function textMember(value: unknown, ...path: string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Senders repeat a message for days or months, not for years. */
const LONG_MS = 5 * 366 * DAY_MS;

/**
 * A translation, unless the time of its signed message lies years before the signature: then its unit is
 * wrong, or the sender's clock was. Times of what a message is about, such as a creation, may lie there.
 * @param field the message's member that holds the time
 * @param signedAt ms since 1970
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
