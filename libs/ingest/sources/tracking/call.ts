import { isObject } from '#libs/contracts';

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

/** The first id told, as text: some senders give the number of a row. */
export function idOf(...values: unknown[]): unknown {
  const value = told(...values);
  return typeof value === 'number' ? String(value) : value;
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
