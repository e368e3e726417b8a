import { createHash } from 'node:crypto';
import {
  PROFILE_FIELDS,
  readTime,
  type Calendar,
  type EventType,
  type FieldErrors,
} from '#libs/contracts';
import type { CsvKind } from './columns.js';
import { traitsOfRow, type CsvTrait } from './traits.js';

const IDS = ['user_id', 'org_id', 'inviter_user_id'];
/** Spreadsheets write numbers of more than 11 digits like this and keep 15 digits. */
const ROUNDED = /^-?\d(?:[.,]\d+)?E\+\d+$/i;
/** Programs that read an id as a floating-point number write it like this. */
const FRACTION = /^-?\d+\.0+$/;
const NOT_EXACT =
  'is a number that a spreadsheet or another program has changed: export the column as text';

/** A row by column name; empty and missing cells are undefined. */
export type CsvRow = Partial<Record<string, string>>;

/** A native event in wire form, not yet checked. */
interface RowEvent {
  id: string;
  type: EventType;
  time: string;
  data: Record<string, unknown>;
}

/** The events of a row with the column of their time, or the row's errors. */
export type RowEvents = { events: RowEvent[]; timeColumn: string } | { errors: FieldErrors };

/**
 * Translates a row to native events. Event ids are hashes of the row's values, so importing the
 * same row again changes nothing.
 * @param asOf the time as of which the file is valid, milliseconds since 1970
 * @param calendar of the store: a day without a time is the beginning of that day there
 * @param traits of rows of users and orgs
 */
export function eventsOfRow(
  kind: CsvKind,
  row: CsvRow,
  asOf: number,
  calendar: Calendar,
  traits: readonly CsvTrait[] = [],
): RowEvents {
  const rounded = IDS.filter((name) => isChanged(row[name] ?? ''));
  if (rounded.length > 0) {
    return { errors: Object.fromEntries(rounded.map((name) => [name, [NOT_EXACT]])) };
  }
  switch (kind) {
    case 'users':
      return userEvents(row, asOf, calendar, traits);
    case 'orgs':
      return orgEvents(row, asOf, calendar, traits);
    case 'memberships':
      return membershipEvents(row, asOf, calendar);
    case 'activity':
      return activityEvents(row, calendar);
    case 'invites':
      return inviteEvents(row, calendar);
  }
}

function isChanged(id: string): boolean {
  return ROUNDED.test(id) || FRACTION.test(id);
}

/** Profiles have the file's time, so any later event overrides them. */
function userEvents(
  row: CsvRow,
  asOf: number,
  calendar: Calendar,
  traits: readonly CsvTrait[],
): RowEvents {
  const { user_id } = row;
  const times = readTimes(row, calendar, ['created_at'], ['last_active_at']);
  if ('errors' in times) return times;
  const { created_at: createdAt, last_active_at: lastActiveAt } = times.ms;
  const profile = Object.fromEntries(PROFILE_FIELDS.map((field) => [field, row[field]]));
  const known = { user_id, ...profile, created_at: iso(createdAt!) };
  const id = `user ${digest([...Object.values(known), ...inOrder(traits)])}`;
  const data = { ...known, traits: traitsOfRow(traits) };
  const events: RowEvent[] = [{ id, type: 'user.created', time: iso(asOf), data }];
  if (lastActiveAt !== undefined) events.push(active(user_id, lastActiveAt));
  return { events, timeColumn: 'last_active_at' };
}

function orgEvents(
  row: CsvRow,
  asOf: number,
  calendar: Calendar,
  traits: readonly CsvTrait[],
): RowEvents {
  const { org_id, name } = row;
  const times = readTimes(row, calendar, ['created_at']);
  if ('errors' in times) return times;
  const profile = { org_id, name, created_at: iso(times.ms['created_at']!) };
  const id = `org ${digest([...Object.values(profile), ...inOrder(traits)])}`;
  const data = { ...profile, traits: traitsOfRow(traits) };
  return { events: [{ id, type: 'org.created', time: iso(asOf), data }], timeColumn: 'created_at' };
}

/** The traits in the order of their keys, so that the order of columns does not matter. */
function inOrder(traits: readonly CsvTrait[]): readonly CsvTrait[] {
  return traits.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/**
 * Translates a current or ended membership, with a known or unknown start.
 * - An ended membership has no role, because none is shown. When both steps have the same time, the
 *   ids sort the addition first.
 * - The ids of current memberships contain the file's time. Of additions with the same time, the
 *   one of the later file sorts last, so its role wins.
 */
function membershipEvents(row: CsvRow, asOf: number, calendar: Calendar): RowEvents {
  const { user_id, org_id, role } = row;
  const pair = { user_id, org_id };
  const times = readTimes(row, calendar, [], ['joined_at', 'left_at']);
  if ('errors' in times) return times;
  const { joined_at: joinedAt, left_at: leftAt } = times.ms;
  if (leftAt !== undefined) {
    if (joinedAt! > leftAt) return { errors: { left_at: ['must not be before joined_at'] } };
    const id = `membership ended ${digest([user_id, org_id, joinedAt, leftAt])}`;
    const left = event(`${id} 2`, 'user.removed_from_org', leftAt, pair);
    if (joinedAt === undefined) return { events: [left], timeColumn: 'left_at' };
    const joined = event(`${id} 1`, 'user.added_to_org', joinedAt, pair);
    return { events: [joined, left], timeColumn: 'left_at' };
  }
  const id = `membership ${iso(asOf)} ${digest([user_id, org_id, role, joinedAt])}`;
  if (joinedAt !== undefined) {
    const joined = event(id, 'user.added_to_org', joinedAt, { ...pair, role });
    return { events: [joined], timeColumn: 'joined_at' };
  }
  // A member with an unknown start: a role change opens a span without counting as an addition.
  const data = { ...pair, role: role ?? 'Member' };
  const known = event(id, 'user.role_changed_within_org', asOf, data);
  return { events: [known], timeColumn: 'joined_at' };
}

function activityEvents(row: CsvRow, calendar: Calendar): RowEvents {
  const times = readTimes(row, calendar, ['day']);
  if ('errors' in times) return times;
  return { events: [active(row['user_id'], times.ms['day']!, row['org_id'])], timeColumn: 'day' };
}

function inviteEvents(row: CsvRow, calendar: Calendar): RowEvents {
  const { inviter_user_id, invitee_email, org_id, role } = row;
  const times = readTimes(row, calendar, ['invited_at']);
  if ('errors' in times) return times;
  const at = times.ms['invited_at']!;
  const data = { inviter_user_id, invitee_email, org_id, role };
  const id = `invite ${digest([...Object.values(data), at])}`;
  return { events: [event(id, 'user.invited_to_org', at, data)], timeColumn: 'invited_at' };
}

/** Activity. Repeating it changes nothing, so all events share one id. */
function active(userId: string | undefined, at: number, orgId?: string): RowEvent {
  return event('active', 'user.active', at, { user_id: userId, org_id: orgId });
}

function event(id: string, type: EventType, at: number, data: RowEvent['data']): RowEvent {
  return { id, type, time: iso(at), data };
}

function readTimes(
  row: CsvRow,
  calendar: Calendar,
  required: string[],
  optional: string[] = [],
): { ms: Partial<Record<string, number>> } | { errors: FieldErrors } {
  const ms: Partial<Record<string, number>> = {};
  const errors: FieldErrors = {};
  for (const name of [...required, ...optional]) {
    const cell = row[name];
    if (cell === undefined) {
      if (required.includes(name)) errors[name] = ['is required'];
      continue;
    }
    const read = readTime(cell);
    if ('problem' in read) errors[name] = [read.problem];
    else if (!read.isDay) ms[name] = read.ms;
    else if (calendar.has(read.ms)) ms[name] = calendar.startOf(read.ms);
    else errors[name] = [`is a date that ${calendar.zone} skipped`];
  }
  return Object.keys(errors).length > 0 ? { errors } : { ms };
}

function digest(values: readonly unknown[]): string {
  const text = JSON.stringify(values.map((value) => value ?? null));
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
