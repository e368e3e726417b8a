import {
  traitsOf,
  type CheckContext,
  type Checked,
  type EventType,
  type NativeEvent,
} from './events.js';
import { MAX_AHEAD_MS, MAX_CHARACTERS, isObject, isStorable } from './fields.js';
import { parseInstant } from './instant.js';
import { CLEARABLE_FIELDS } from './profile-fields.js';

/** Returned for a value that only the schema can judge: it may be invalid, or valid in an unusual way. */
const UNUSUAL = Symbol();
type Reader = (value: unknown) => unknown;
/** The name of a field and its reader. */
type Field = readonly [string, Reader];

const text: Reader = (value) => (typeof value === 'string' && isStorable(value) ? value : UNUSUAL);
const id: Reader = (value) =>
  typeof value === 'string' && value !== '' && value.length <= MAX_CHARACTERS && isStorable(value)
    ? value
    : UNUSUAL;
const filled: Reader = (value) =>
  typeof value === 'string' && value.trim() !== '' && isStorable(value) ? value : UNUSUAL;
const texts: Reader = (value) =>
  isObject(value) &&
  Object.entries(value)
    .flat()
    .every((part) => text(part) !== UNUSUAL)
    ? value
    : UNUSUAL;
const moment: Reader = (value) => {
  const ms = typeof value === 'string' ? parseInstant(value) : undefined;
  return ms === undefined || ms < 0 ? UNUSUAL : ms;
};

const given =
  (read: Reader): Reader =>
  (value) =>
    value === undefined ? undefined : read(value);
const optional =
  (read: Reader): Reader =>
  (value) =>
    value === undefined || value === null ? undefined : read(value);
const clearable =
  (read: Reader): Reader =>
  (value) =>
    value === undefined || value === null ? value : read(value);

const names: Field[] = [
  ...CLEARABLE_FIELDS.map((name): Field => [name, clearable(text)]),
  ['signup_query_parameters', clearable(texts)],
];
const user: Field = ['user_id', id];
const org: Field = ['org_id', id];

/** The fields of each event type, as in `EVENT_DATA`, without traits. */
const FIELDS: Readonly<Record<EventType, readonly Field[]>> = {
  'user.created': [user, ['email', optional(filled)], ['created_at', optional(moment)], ...names],
  'user.updated': [user, ['email', given(filled)], ...names],
  'user.deleted': [user],
  'user.active': [user, ['org_id', optional(id)]],
  'org.created': [org, ['name', filled], ['created_at', optional(moment)]],
  'org.updated': [org, ['name', given(filled)]],
  'org.deleted': [org],
  'user.added_to_org': [user, org, ['role', optional(id)]],
  'user.removed_from_org': [user, org],
  'user.role_changed_within_org': [user, org, ['role', id]],
  'user.invited_to_org': [
    ['inviter_user_id', id],
    ['invitee_email', filled],
    ['org_id', optional(id)],
    ['role', optional(id)],
  ],
};
const FIELDS_BY_TYPE: ReadonlyMap<unknown, readonly Field[]> = new Map(Object.entries(FIELDS));

const source = optional(id);
const time = optional(moment);
const version = optional((value) => (value === '1.0' ? value : UNUSUAL));

/**
 * Checks an event in its usual shape without the schema; undefined for any other event, which the schema then checks.
 * By schema, an event takes 14 to 20 µs of CPU, here 3 to 5 µs, and activity 2.5 µs.
 */
export function plainEvent(raw: unknown, context: CheckContext): Checked | undefined {
  if (!isObject(raw) || !isObject(raw.data)) return undefined;
  const fields = FIELDS_BY_TYPE.get(raw.type);
  const data = fields && dataOf(raw.data, fields);
  const eventId = id(raw.id);
  const from = source(raw.source);
  const sentAt = time(raw.time);
  if (!data || eventId === UNUSUAL || from === UNUSUAL || sentAt === UNUSUAL) return undefined;
  if (version(raw.specversion) === UNUSUAL) return undefined;
  const at = (sentAt as number | undefined) ?? context.receivedAt;
  const latest = context.now + MAX_AHEAD_MS;
  // The default may be before 1970: it can be computed from the clock of a sender.
  if (at < 0 || at > latest || (data['created_at'] as number) > latest) return undefined;
  const { kept, errors, dropped } = traitsOf(raw, context.traits);
  if (errors) return undefined;
  if (kept) data['traits'] = kept;
  const checked = { type: raw.type, id: eventId, source: from ?? context.defaultSource, at, data };
  const event = checked as NativeEvent;
  return dropped ? { event, dropped } : { event };
}

function dataOf(
  given: Record<string, unknown>,
  fields: readonly Field[],
): Record<string, unknown> | undefined {
  const data: Record<string, unknown> = {};
  for (const [name, read] of fields) {
    const value = read(given[name]);
    if (value === UNUSUAL) return undefined;
    data[name] = value;
  }
  return data;
}
