import { LosslessNumber, isObject } from '#libs/contracts';

/** The kinds of calls. */
export const CALL_TYPES = ['identify', 'group', 'track', 'page', 'screen', 'alias'] as const;

/** A call of the tracking API. `type` is its kind. */
export type Call = Record<string, unknown>;

/** A member that is an object; otherwise an empty object. */
export function objectIn(value: Call, name: string): Call {
  const member = value[name];
  return isObject(member) ? member : {};
}

/**
 * The first value that is neither undefined, `null` nor blank. Senders fill missing values with
 * `null` or blanks.
 */
export function firstGiven(...values: unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null && !isBlank(value));
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/**
 * The first given id as text. A whole number, such as a row number, becomes its digits as written.
 * Any other number is returned unchanged, because its text would be ambiguous.
 */
export function idOf(...values: unknown[]): unknown {
  const value = firstGiven(...values);
  if (value instanceof LosslessNumber) return WHOLE.test(value.value) ? value.value : value;
  if (typeof value !== 'number') return value;
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : value;
}

/** The error for an id that `idOf` returns as a number. */
export const NOT_WHOLE = 'must be a string, or a whole number without fraction and exponent';

/** Whether a JSON value is a number, parsed or lossless. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof LosslessNumber;
}

/** Whether a call may count as activity. Senders set `context.active` to false for updates from a server. */
export function isActive(call: Call): boolean {
  return objectIn(call, 'context')['active'] !== false;
}

/** The user id of a call; undefined for an anonymous call. */
export function userIdOf(call: Call): unknown {
  return idOf(call['userId']);
}

/** The account that the libraries put into a call. */
export function placeOf(call: Call): unknown {
  return idOf(objectIn(call, 'context')['groupId'], call['groupId']);
}

/** The account of a call. Segment documents `context.groupId`; other places are accepted too. */
export function groupIdOf(call: Call): unknown {
  const properties = objectIn(call, 'properties');
  return idOf(
    objectIn(call, 'context')['groupId'],
    call['groupId'],
    properties['groupId'],
    properties['group_id'],
  );
}

/** The user's traits. Some libraries send them in `context`; the call's own traits win. */
export function traitsOf(call: Call): Call {
  return { ...objectIn(objectIn(call, 'context'), 'traits'), ...objectIn(call, 'traits') };
}
