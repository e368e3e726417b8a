import type { EventType } from '#libs/contracts';
import { partsOf, type Version } from '../membership/version.js';

/** A line of an exported store that is an event. */
export interface EventLine {
  type: EventType;
  id: string;
  source: string;
  time: string;
  data: Record<string, unknown>;
}

/** The source of events that have no version: the facts do not depend on their ids. */
const EXPORT = 'export';

/** An event with the version of a fact. Its id is the order key. */
export function versioned(type: EventType, version: Version, data: EventLine['data']): EventLine {
  const { at, id, source } = partsOf(version);
  return { type, id, source, time: timeOf(at), data };
}

/** An event whose fact has no version. @param at milliseconds since 1970 */
export function unversioned(
  type: EventType,
  id: string,
  at: number,
  data: EventLine['data'],
): EventLine {
  return { type, id, source: EXPORT, time: timeOf(at), data };
}

/** RFC 3339 with milliseconds. @param at milliseconds since 1970 */
export function timeOf(at: number): string {
  return new Date(at).toISOString();
}

/** SQL: a `timestamptz` as milliseconds since 1970. */
export const milliseconds = (column: string) =>
  `floor(extract(epoch from ${column}) * 1000)::float8`;

/** SQL: a `timestamptz` as RFC 3339 with microseconds. */
export const instantOf = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
