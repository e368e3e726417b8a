import {
  addDropped,
  checkEvent,
  EVENT_TYPES,
  isObject,
  idSchema,
  writeJson,
  type CheckContext,
  type DroppedTraits,
  type FieldErrors,
  type NativeEvent,
  type Rejection,
} from '#libs/contracts';
import { withPlainData } from '../http/cloud-events.js';
import type { WantedFetch } from '../enrichment/enrichment.store.js';
import { namesInvitee, withoutInvitees } from '../dead-letters/addresses.js';
import { MentionBudget, mentionsOf, type Mentions } from '../dead-letters/mentions.js';
import type { Incoming } from '../http/read-events.js';

/** An event that cannot be used, as it is stored. */
export interface Rejected extends Rejection {
  source: string;
  type: string | null;
  /** The user and the org that it is about: their deletion erases it. */
  userId: string | null;
  orgId: string | null;
  body: Buffer;
  /** Mentions in the whole text, including parts that `body` leaves out. */
  mentions: Mentions;
  /** When a source's message was sent, milliseconds since 1970; undefined for native events. */
  messageAt?: number;
  /** First receipt, milliseconds since 1970, when it differs from that of the batch. */
  receivedAt?: number;
}

export interface CheckedBatch {
  events: NativeEvent[];
  rejected: Rejected[];
  fetches?: WantedFetch[];
  /** Traits of the usable events that are not kept. */
  dropped?: DroppedTraits;
}

/** Checks events and separates usable events from rejected ones. */
export function checkAll(incoming: readonly Incoming[], context: CheckContext): CheckedBatch {
  const dropped: DroppedTraits = {};
  const batch: CheckedBatch = { events: [], rejected: [], dropped };
  const budget = new MentionBudget();
  for (const [index, one] of incoming.entries()) {
    if ('unreadable' in one) {
      const errors = { event: [one.problem ?? 'must be one JSON object on a line of its own'] };
      const text = withoutInvitees(one.unreadable);
      const letter = reject({ index, text, errors }, context, budget);
      batch.rejected.push({ ...letter, mentions: { ...letter.mentions, isComplete: false } });
      continue;
    }
    const value = withPlainData(one.value);
    const checked =
      one.problem === undefined ? checkEvent(value, context) : { errors: { event: [one.problem] } };
    if ('event' in checked) {
      batch.events.push(checked.event);
      addDropped(dropped, checked.dropped);
    } else {
      const text = serialized(value, withoutInvitee(value));
      batch.rejected.push(reject({ index, value, text, errors: checked.errors }, context, budget));
    }
  }
  return batch;
}

interface Unusable {
  index: number;
  /** The JSON value; undefined when the text is not JSON. */
  value?: unknown;
  text: string;
  errors: FieldErrors;
}

function reject(
  { index, value, text, errors }: Unusable,
  context: CheckContext,
  budget: MentionBudget,
): Rejected {
  const event = isObject(value) ? value : {};
  const data = isObject(event.data) ? event.data : {};
  const type = usable(event.type);
  return {
    index,
    id: usable(event.id),
    errors,
    source: usable(event.source) ?? context.defaultSource,
    type: EVENT_TYPES.find((known) => known === type) ?? null,
    userId: usable(data.user_id) ?? usable(data.inviter_user_id) ?? usable(event.user_id),
    orgId: usable(data.org_id) ?? usable(event.org_id),
    body: kept(text),
    mentions: mentionsOf(text, budget),
  };
}

/** Longer bodies are cut here. They can be read but not replayed. */
const KEPT_CHARACTERS = 256 * 1024;

function kept(text: string): Buffer {
  return Buffer.from(text.length > KEPT_CHARACTERS ? text.slice(0, KEPT_CHARACTERS) : text);
}

/** Blanks invitees' addresses, which may only be stored as hashes. */
function withoutInvitee(event: unknown): Written {
  const isInvitation = isObject(event) && event.type === 'user.invited_to_org';
  return (member, name) => {
    if (namesInvitee(name, isInvitation)) return isObject(member) ? member : '';
    // The string may contain JSON.
    return typeof member === 'string' && member.includes('"') ? withoutInvitees(member) : member;
  };
}

/** Maps a member to the value that is written. */
type Written = (member: unknown, name: string) => unknown;

/**
 * Serializes a value as JSON. An infinite number is written as a string, so that it stays invalid.
 * Of a value nested too deeply to serialize, only members that are not objects are kept.
 * @param written maps each member to the value that is written
 */
export function serialized(value: unknown, written: Written = (member) => member): string {
  const finite = (name: string, member: unknown) =>
    typeof member === 'number' && !Number.isFinite(member) ? String(member) : written(member, name);
  try {
    return writeJson(value, finite);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const members = isObject(value) ? Object.entries(value) : [];
    const flat = members.filter(([, member]) => typeof member !== 'object');
    return writeJson({ ...Object.fromEntries(flat), data: 'nested too deeply to be kept' }, finite);
  }
}

/** The value if it is a valid id, otherwise null. */
export function usable(value: unknown): string | null {
  const parsed = idSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
