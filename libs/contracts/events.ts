import { z } from 'zod';
import {
  MAX_AHEAD_MS,
  filled,
  id,
  isObject,
  moment,
  optional,
  strings,
  text,
  typed,
} from './fields.js';
import { nameSchemas } from './named.js';
import { BEFORE_1970 } from './instant.js';
import { CLEARABLE_FIELDS, shapeOf } from './profile-fields.js';
import {
  TRAITS_META,
  keepTraits,
  type DroppedTraits,
  type KeptTraits,
  type TraitRules,
  type Traits,
} from './traits.js';

/** The error of an event whose `data_base64` could not be read. */
const NO_JSON_IN_BASE64 = 'must be base64 of a JSON object';

const names = {
  ...shapeOf(CLEARABLE_FIELDS, text.nullish()),
  signup_query_parameters: strings.nullish(),
};

/** `keepTraits` checks traits after the schema, by the rules of the settings. */
export const traits = z.custom<Traits>().meta(TRAITS_META).optional();

export const members = <S extends z.ZodRawShape>(shape: S) =>
  z.object(shape, { error: typed('an object') });

/** The data of each event type. Unknown fields are ignored; `null` clears a profile field. */
export const EVENT_DATA = {
  'user.created': members({
    user_id: id,
    // Missing or `null` for users who have only a phone number or a username.
    email: optional(filled),
    created_at: optional(moment),
    ...names,
    traits,
  }),
  'user.updated': members({ user_id: id, email: filled.optional(), ...names, traits }),
  'user.deleted': members({ user_id: id }),
  'user.active': members({
    user_id: id,
    org_id: optional(id).describe('the org in which the user was active'),
  }),
  'org.created': members({ org_id: id, name: filled, created_at: optional(moment), traits }),
  'org.updated': members({ org_id: id, name: filled.optional(), traits }),
  'org.deleted': members({ org_id: id }),
  'user.added_to_org': members({ user_id: id, org_id: id, role: optional(id) }),
  'user.removed_from_org': members({ user_id: id, org_id: id }),
  'user.role_changed_within_org': members({ user_id: id, org_id: id, role: id }),
  'user.invited_to_org': members({
    inviter_user_id: id,
    invitee_email: filled,
    org_id: optional(id),
    role: optional(id),
  }),
} as const;

export type EventType = keyof typeof EVENT_DATA;
export const EVENT_TYPES = Object.keys(EVENT_DATA) as EventType[];

type Given = { [T in EventType]: z.output<(typeof EVENT_DATA)[T]> };
type Data = Omit<Given, 'user.invited_to_org'> & {
  'user.invited_to_org': Given['user.invited_to_org'] | HashedInvite;
};

/** An invite of a store that was exported: of the invitee, only the keyed hash is known. */
interface HashedInvite {
  inviter_user_id: string;
  /** Hexadecimal. */
  invitee_hash: string;
  org_id?: string | undefined;
}

/**
 * A checked event. (source, id) is its identity, `at` its time in milliseconds since 1970. `remembered`
 * is set when the identity is stored even for `user.active`, because a redelivery may have another time.
 * `orderKey` orders events of the same millisecond; without it, the id does.
 */
export type NativeEvent = {
  [T in EventType]: {
    type: T;
    id: string;
    source: string;
    at: number;
    data: Data[T];
    remembered?: true;
    orderKey?: string;
  };
}[EventType];

export type EventOf<T extends EventType> = Extract<NativeEvent, { type: T }>;

/** The errors of an event: messages by the path of the field. */
export type FieldErrors = Record<string, string[]>;

/** `dropped` counts traits of the event that are not kept. */
export type Checked = { event: NativeEvent; dropped?: DroppedTraits } | { errors: FieldErrors };

/** The attributes of all event types. */
const attributes = {
  id: id.describe('identifies the event together with the source; an event counts once'),
  source: optional(id).describe('by default the name of the API key'),
  time: optional(moment).describe('by default the time of receipt'),
  specversion: optional(z.literal('1.0', 'must be "1.0"')),
};

const envelope = <T extends EventType>(type: T) =>
  z.object({ ...attributes, type: z.literal(type), data: EVENT_DATA[type] }, 'must be an object');

const envelopes = new Map<string, z.ZodType<Envelope>>(
  EVENT_TYPES.map((type) => [type, envelope(type) as unknown as z.ZodType<Envelope>]),
);
const unknownType = z.object({ ...attributes, data: members({}) }, 'must be an object');

/** The schema name of an event type: `UserCreatedEvent` for `user.created`. */
const nameOf = (type: EventType): string =>
  `${type.replaceAll(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase())}Event`;

const named = new Map([...envelopes].map(([type, schema]) => [nameOf(type as EventType), schema]));
const mapping = Object.fromEntries(
  EVENT_TYPES.map((type) => [type, `#/components/schemas/${nameOf(type)}`]),
);

/** An event of any type in wire form. */
export const eventSchema = z
  .xor([...named.values()])
  .meta({ discriminator: { propertyName: 'type', mapping } });

nameSchemas({ ...Object.fromEntries(named), Event: eventSchema });

/** An event of any type, as its schema returns it. */
export interface Envelope {
  id: string;
  source?: string;
  time?: number;
  data: Data[EventType];
}

/** The context of a check; times in milliseconds since 1970. */
export interface CheckContext {
  now: number;
  /** The time of an event without a time. */
  receivedAt: number;
  /** The source of an event without a source. */
  defaultSource: string;
  /** Without rules, no trait is kept. */
  traits?: TraitRules;
}

/**
 * Checks one event of any type in wire form.
 * @param schemas by type
 */
export function checkBySchema(
  raw: unknown,
  context: CheckContext,
  schemas: ReadonlyMap<string, z.ZodType<Envelope>> = envelopes,
): Checked {
  const type: unknown = isObject(raw) ? raw.type : undefined;
  const schema = typeof type === 'string' ? schemas.get(type) : undefined;
  if (!schema)
    return { errors: { ...fieldErrors(unknownType.safeParse(raw)), ...typeErrors(raw) } };
  const parsed = schema.safeParse(raw);
  const { kept, errors: wrongTraits, dropped } = traitsOf(raw, context.traits);
  if (!parsed.success || wrongTraits) {
    const errors = { ...fieldErrors(parsed), ...traitErrors(wrongTraits) };
    return { errors: withEncodedData(raw, errors) };
  }
  const { id, source, time, data } = parsed.data;
  if ('traits' in data) {
    if (kept) data.traits = kept;
    else delete data.traits;
  }
  const identity = { type, id, source: source ?? context.defaultSource };
  const event = { ...identity, at: time ?? context.receivedAt, data } as NativeEvent;
  const errors = timeErrors(event, context.now + MAX_AHEAD_MS);
  if (errors) return { errors };
  return dropped ? { event, dropped } : { event };
}

/** The subject of the traits of each event type. */
const TRAITS_ABOUT = new Map<unknown, 'user' | 'org'>([
  ['user.created', 'user'],
  ['user.updated', 'user'],
  ['org.created', 'org'],
  ['org.updated', 'org'],
]);
const KEEP_NONE: TraitRules = { lists: { user: new Set(), org: new Set() }, isStrict: false };

/** The traits of an event, checked by the rules. */
export function traitsOf(raw: unknown, rules = KEEP_NONE): KeptTraits {
  const data = isObject(raw) ? raw.data : undefined;
  if (!isObject(raw) || !isObject(data) || data.traits === undefined) return {};
  const subject = TRAITS_ABOUT.get(raw.type);
  return subject ? keepTraits(data.traits, subject, rules) : {};
}

function traitErrors(wrong: KeptTraits['errors']): FieldErrors {
  return Object.fromEntries(
    Object.entries(wrong ?? {}).map(([key, problem]) => [
      key === '' ? 'data.traits' : `data.traits.${key}`,
      [problem],
    ]),
  );
}

/** Reports errors in `data` under `data_base64` when the sender used that field. */
function withEncodedData(raw: unknown, errors: FieldErrors): FieldErrors {
  const isEncoded = isObject(raw) && raw.data === undefined && raw.data_base64 !== undefined;
  if (!isEncoded || !errors['data']) return errors;
  const { data: _, ...others } = errors;
  return { ...others, data_base64: [NO_JSON_IN_BASE64] };
}

function typeErrors(raw: unknown): FieldErrors {
  if (!isObject(raw)) return {};
  if (raw.type === undefined) return { type: ['is required'] };
  return { type: [`must be one of ${EVENT_TYPES.join(', ')}`] };
}

/** Checks times after defaults are applied, so a time that comes from the whole message is checked too. */
function timeErrors(event: NativeEvent, latest: number): FieldErrors | undefined {
  const createdAt = 'created_at' in event.data ? event.data.created_at : undefined;
  const errors: FieldErrors = {};
  const ahead = 'must not be more than 10 minutes ahead of now';
  if (event.at > latest) errors['time'] = [ahead];
  if (event.at < 0) errors['time'] = [BEFORE_1970];
  if (createdAt !== undefined && createdAt > latest) errors['data.created_at'] = [ahead];
  return Object.keys(errors).length > 0 ? errors : undefined;
}

function fieldErrors(result: z.ZodSafeParseResult<unknown>): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.length > 0 ? issue.path.join('.') : 'event';
    (errors[path] ??= []).push(issue.message);
  }
  return errors;
}
