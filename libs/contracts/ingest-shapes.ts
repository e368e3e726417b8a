import { z } from 'zod';
import { nameSchemas } from './named.js';
import { fieldErrors } from './problem.js';
import { OUTCOMES, SENDER_KINDS } from './senders.js';
import { TRAIT_DROPS } from './traits.js';

/** The shapes of requests and replies about events: ingest, rejected events, tracking calls, webhooks and sources. */
const count = z.int().min(0);
const seconds = z.int().min(0).describe('unix seconds');

export const ingestReply = z.object({
  accepted: count,
  rejected: z.array(
    z.object({
      index: count,
      id: z.string().nullable(),
      errors: fieldErrors,
    }),
  ),
});

/** A dead letter as the API shows it. */
export const deadLetter = z.object({
  id: z.string(),
  source: z.string(),
  sender: z.string().describe('the name of a webhook or of an API key, `import` or `demo`'),
  sender_kind: z.enum(SENDER_KINDS),
  event_id: z.string().nullable(),
  type: z.string().nullable(),
  errors: fieldErrors,
  attempts: count,
  received_at: seconds,
  last_at: seconds,
  body: z
    .string()
    .nullable()
    .describe('as received; null when a deletion erased it, as `errors` explains'),
});

const LETTER_ID = /^\d{1,18}$/;

/** The id of a dead letter. */
export const deadLetterId = z
  .string({ error: 'must be the id of a dead letter' })
  .regex(LETTER_ID, 'must be the id of a dead letter')
  .transform(BigInt);

const CURSOR = /^\d{1,18}-\d{1,18}$/;
const BAD_CURSOR = 'must be the cursor of a reply';

export const replayRequest = z.strictObject({
  ids: z
    .array(deadLetterId, 'must be an array of ids')
    .max(10_000, 'must be at most 10000')
    .optional()
    .describe('by default all'),
  cursor: z
    .string({ error: BAD_CURSOR })
    .regex(CURSOR, BAD_CURSOR)
    .optional()
    .describe('the `cursor` of the previous reply, to continue; by default from the oldest'),
});

export const replayReply = ingestReply.extend({
  remaining: count.describe('the number of events that were not tried in time'),
  cursor: z
    .string()
    .nullable()
    .describe('send it with the same `ids` to try the remaining events; null when none remain'),
});

export const deadLetterList = z.object({
  dead_letters: z.array(deadLetter),
  next_before: z
    .string()
    .nullable()
    .describe('send it as `before` for the next page; null when none follows'),
  stored_bytes: z.int().describe('the approximate size of all rejected events'),
  max_bytes: z
    .int()
    .describe('the maximum size; beyond it, the events sent longest ago are dropped'),
});

/** Members of calls differ by library; members that no library sends are ignored. */
const call = z.looseObject({
  type: z.string().optional().describe('identify, group, track, page, screen or alias'),
  messageId: z.string().optional().describe('a call counts once, however often it is sent'),
  userId: z.string().nullish(),
  anonymousId: z.string().nullish(),
  groupId: z.string().nullish(),
  event: z.string().optional().describe('the name of a track call'),
  traits: z.looseObject({}).nullish(),
  properties: z.looseObject({}).nullish(),
  context: z.looseObject({}).nullish(),
  timestamp: z.string().nullish(),
  sentAt: z.string().nullish(),
});

export const trackingCall = call.describe('a call of a tracking library');

export const trackingBatch = z.looseObject({
  batch: z.array(trackingCall).max(10_000),
  context: z.looseObject({}).nullish().describe('members common to the contexts of all calls'),
  sentAt: z.string().nullish(),
});

export const webhookMessage = z
  .looseObject({})
  .describe('a message in the form of its source; stored whole when it cannot be read');

export const trackingReply = z.object({ success: z.literal(true) });

export const webhookReply = z.object({
  outcome: z.enum(OUTCOMES).describe('whatever the outcome, the message must not be sent again'),
});

const sourceState = z.object({
  source: z
    .string()
    .describe('the name of the webhook, of the API key or of the origin of an import'),
  kind: z.enum(SENDER_KINDS),
  configured: z
    .boolean()
    .describe('whether its secret is set, or its key is live and has the scope ingest'),
  last_event_at: seconds
    .nullable()
    .describe('the last event that was not refused; null without one in 90 days'),
});

export const sourceStates = z.object({ sources: z.array(sourceState) });

const sourceDetails = sourceState.extend({
  last_day: z
    .array(
      z.object({
        type: z.string(),
        outcome: z.enum(OUTCOMES),
        reason: z
          .string()
          .optional()
          .describe('the reason for unused activity: `ignored by TRACKING_IGNORE` or `not active`'),
        count,
      }),
    )
    .describe('counts of the current hour and the 23 hours before'),
  dropped_traits: z
    .array(z.object({ reason: z.enum(TRAIT_DROPS), count }))
    .describe('dropped traits of the same hours'),
  dead_letters: z
    .array(z.object({ reason: z.string(), count }))
    .describe('by reason, the most frequent first; at most 20'),
});

export const sources = z.object({ sources: z.array(sourceDetails) });

nameSchemas({
  ...{ IngestReply: ingestReply },
  ...{ TrackingCall: trackingCall, TrackingBatch: trackingBatch, WebhookMessage: webhookMessage },
  ...{ TrackingReply: trackingReply, WebhookReply: webhookReply },
  ...{ DeadLetter: deadLetter, DeadLetterList: deadLetterList },
  ...{ ReplayRequest: replayRequest, ReplayReply: replayReply },
  ...{ SourceState: sourceState, SourceStates: sourceStates },
  ...{ SourceStatistics: sourceDetails, SourceStatisticsList: sources },
});

export type IngestReply = z.infer<typeof ingestReply>;
export type Rejection = IngestReply['rejected'][number];
export type DeadLetterList = z.infer<typeof deadLetterList>;
export type ReplayReply = z.infer<typeof replayReply>;
export type DeadLetterView = z.infer<typeof deadLetter>;
export type SourceState = z.infer<typeof sourceState>;
export type SourceDetails = z.infer<typeof sourceDetails>;
