import {
  checkEvent,
  EVENT_TYPES,
  isObject,
  idSchema,
  writeJson,
  type CheckContext,
  type FieldErrors,
  type NativeEvent,
  type Rejection,
} from '#libs/contracts';
import { withPlainData } from '../http/cloud-events.js';
import type { WantedFetch } from '../enrichment/enrichment.store.js';
import { namesInvitee, withoutInvitees } from '../dead-letters/addresses.js';
import { MentionBudget, mentionsOf, type Mentions } from '../dead-letters/mentions.js';
import type { Incoming } from '../http/read-events.js';

/** An event that cannot be used, as it is kept. */
export interface Rejected extends Rejection {
  source: string;
  type: string | null;
  /** Whom and what it is about, so that it goes when they are deleted. */
  userId: string | null;
  orgId: string | null;
  body: Buffer;
  /** What it mentions, also where it was cut to be kept. */
  mentions: Mentions;
  /** When it was sent (ms), of a message of a source; without it, it is a native event. */
  messageAt?: number;
  /** When it was first received (ms), where that is not when its batch was. */
  receivedAt?: number;
}

export interface CheckedBatch {
  events: NativeEvent[];
  rejected: Rejected[];
  lookUps?: WantedFetch[];
}

/** Parts the events that can be used from those that cannot. */
export function checkAll(incoming: readonly Incoming[], context: CheckContext): CheckedBatch {
  const batch: CheckedBatch = { events: [], rejected: [] };
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
    if ('event' in checked) batch.events.push(checked.event);
    else {
      const text = serialized(value, withoutInvitee(value));
      batch.rejected.push(reject({ index, value, text, errors: checked.errors }, context, budget));
    }
  }
  return batch;
}

interface Unusable {
  index: number;
  /** As it was read; undefined for what is no JSON. */
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

/** Longer bodies are kept up to here; they cannot be used again, but be looked at. */
const KEPT_CHARACTERS = 256 * 1024;

function kept(text: string): Buffer {
  return Buffer.from(text.length > KEPT_CHARACTERS ? text.slice(0, KEPT_CHARACTERS) : text);
}

/** An invitee's address is kept as a hash or not at all: here it is blanked, wherever it stands. */
function withoutInvitee(event: unknown): Written {
  const isInvitation = isObject(event) && event.type === 'user.invited_to_org';
  return (member, name) => {
    if (namesInvitee(name, isInvitation)) return isObject(member) ? member : '';
    // JSON within a string.
    return typeof member === 'string' && member.includes('"') ? withoutInvitees(member) : member;
  };
}

/** What to write of a member. */
type Written = (member: unknown, name: string) => unknown;

/**
 * A value as JSON again. A number too large to be one stays wrong as its name in a string; of an event
 * nested deeper than JSON can be written, what is not nested is kept.
 * @param written what to write of a member
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

/** The value when it can be an id. */
export function usable(value: unknown): string | null {
  const parsed = idSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
