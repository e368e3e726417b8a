import { z } from 'zod';
import { zoneProblem } from './calendar.js';
import {
  EVENT_DATA,
  EVENT_TYPES,
  checkBySchema,
  members,
  traits,
  type CheckContext,
  type Checked,
  type Envelope,
  type EventType,
  type FieldErrors,
} from './events.js';
import { exclusionRules } from './exclusions.js';
import { id, isObject, moment, optional, strings, text } from './fields.js';
import { PROFILE_FIELDS, shapeOf } from './profile-fields.js';
import { newSegment } from './segments.js';
import { newSubscription } from './subscriptions.js';

// The lines of an exported store. Only `insightd import ndjson` reads them, after a first line of the type
// `insightd.store`. Other lines are native events, with three differences: an id may be longer (it is the order key of
// the fact), an org may be created without a name, and an invite has the hash of the invitee.

/** The type of the first line of an exported store. */
export const STORE_LINE = 'insightd.store';
/** The type of its last line. */
export const END_LINE = 'insightd.end';
/** Raised when older releases cannot read the lines. */
export const STORE_FORMAT = 1;

/** Of a line of an exported store: signup parameters may be as long as the body of a request, and escapes lengthen them. */
export const MAX_STORE_LINE_BYTES = 64 * 1024 * 1024;
/** An order key is a time and an event id. */
const MAX_KEY = 1_000;

const orderKey = text.max(MAX_KEY, `must have at most ${MAX_KEY} characters`);
const hash = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits in lower case');
/** A time with microseconds, as PostgreSQL keeps it. */
const instant = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
    'must be a time such as 2026-01-31T09:00:00.000000Z',
  );

const STORED_DATA = {
  ...EVENT_DATA,
  'user.created': members({
    user_id: id,
    created_at: moment,
    ...shapeOf(PROFILE_FIELDS, text.nullish()),
    signup_query_parameters: strings.nullish(),
    traits,
  }),
  'user.updated': members({
    user_id: id,
    ...shapeOf(PROFILE_FIELDS, text.nullish()),
    signup_query_parameters: strings.nullish(),
    traits,
  }),
  'org.created': members({ org_id: id, created_at: moment, name: text.optional(), traits }),
  'user.invited_to_org': members({ inviter_user_id: id, invitee_hash: hash, org_id: optional(id) }),
} as const;

const schemas = new Map<string, z.ZodType<Envelope>>(
  EVENT_TYPES.map((type: EventType) => {
    const attributes = { type: z.literal(type), id: orderKey, source: orderKey, time: moment };
    const schema = z.object({ ...attributes, data: STORED_DATA[type] }, 'must be an object');
    return [type, schema];
  }),
);

const zone = z.string().superRefine((value, context) => {
  const problem = zoneProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});

const RECORDS = {
  [STORE_LINE]: z.object({
    format: z.literal(
      STORE_FORMAT,
      `must be ${STORE_FORMAT}: import the file with the release that exported it, or a later one`,
    ),
    time_zone: zone,
    /** Identifies the key for hashes. `key` is present when the store keeps the key itself. */
    hash_key: z.object({
      fingerprint: hash,
      key: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case')
        .optional(),
    }),
  }),
  'insightd.identity': z.object({ source: orderKey, event_id: orderKey, received_at: instant }),
  'insightd.erased_domain': z.object({
    user_id: id,
    /** Of the latest e-mail: its version. */
    time: moment,
    event_id: orderKey,
    source: orderKey,
    domain: hash.nullable(),
    parents: z.array(hash),
  }),
  'insightd.exclusions': exclusionRules,
  'insightd.segment': newSegment.extend({
    id: z.guid(),
    created_at: instant,
    changed_at: instant,
  }),
  'insightd.subscription': z.object({
    id: z.guid(),
    created_at: instant,
    changed_at: instant,
    subscription: newSubscription,
  }),
  [END_LINE]: z.object({ lines: z.int().min(1) }),
} as const;

type RecordType = keyof typeof RECORDS;

/** A line of an exported store that is not an event. */
export type StoreRecord = {
  [T in RecordType]: { type: T; data: z.output<(typeof RECORDS)[T]> };
}[RecordType];
export type RecordOf<T extends RecordType> = Extract<StoreRecord, { type: T }>['data'];
export type StoreHeader = RecordOf<typeof STORE_LINE>;

/** Whether a line is the first one of an exported store. */
export function isStoreHeader(raw: unknown): boolean {
  return isObject(raw) && raw.type === STORE_LINE;
}

/** Checks a line of an exported store. */
export function checkStoreLine(
  raw: unknown,
  context: CheckContext,
): Checked | { record: StoreRecord } {
  const type = isObject(raw) ? raw.type : undefined;
  if (!isObject(raw) || typeof type !== 'string' || !Object.hasOwn(RECORDS, type)) {
    return checkBySchema(raw, context, schemas);
  }
  const { data, error } = RECORDS[type as RecordType].safeParse(raw.data);
  if (!error) return { record: { type, data } as StoreRecord };
  const errors: FieldErrors = {};
  for (const { path, message } of error.issues) {
    (errors[['data', ...path].join('.')] ??= []).push(message);
  }
  return { errors };
}
