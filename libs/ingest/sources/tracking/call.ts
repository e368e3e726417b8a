import { LosslessNumber, isObject } from '#libs/contracts';

/** The kinds of calls. */
export const CALL_TYPES = ['identify', 'group', 'track', 'page', 'screen', 'alias'] as const;

/** A call of the tracking API; `type` says its kind. */
export type Call = Record<string, unknown>;

/** A member that is an object; an empty one where there is none. */
export function objectIn(value: Call, name: string): Call {
  const member = value[name];
  return isObject(member) ? member : {};
}

/** The first value told, `null` and blank text counting as not told: senders fill in what they lack. */
export function told(...values: unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null && !isBlank(value));
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/**
 * The first id given, as text. A whole number, such as that of a row, becomes the digits it was written
 * with; any other number is left as it is, for it would be another id as text.
 */
export function idOf(...values: unknown[]): unknown {
  const value = told(...values);
  if (value instanceof LosslessNumber) return WHOLE.test(value.value) ? value.value : value;
  if (typeof value !== 'number') return value;
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : value;
}

/** What is wrong with an id that `idOf` leaves a number. */
export const NOT_WHOLE = 'must be a string, or a whole number without fraction and exponent';

/** Whether a value of JSON is a number, however it was read. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof LosslessNumber;
}

/** Whose call it is; undefined for an anonymous one. */
export function userIdOf(call: Call): unknown {
  return idOf(call['userId']);
}

/** The account that a call is about; the published place for it is `context.groupId`. */
export function groupIdOf(call: Call): unknown {
  const properties = objectIn(call, 'properties');
  return idOf(
    objectIn(call, 'context')['groupId'],
    call['groupId'],
    properties['groupId'],
    properties['group_id'],
  );
}

/** What is told of the user: beside the call's own traits, some libraries send them in `context`. */
export function traitsOf(call: Call): Call {
  return { ...objectIn(objectIn(call, 'context'), 'traits'), ...objectIn(call, 'traits') };
}
