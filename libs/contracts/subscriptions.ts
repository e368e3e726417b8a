import { z } from 'zod';
import { WEEKDAYS } from './calendar.js';
import { RANKINGS, type Ranking, type Subject } from './catalogue.js';
import { changedOrg, changedUser, runReference } from './insights.js';
import { count, seconds } from './insight-parts.js';
import { keyName } from './keys.js';
import { nameSchemas } from './named.js';
import { CONDITIONS_META, checkedConditions, segmentId, type Where } from './segments.js';

// The shapes of subscriptions: a report whose changes are sent to a webhook, to Slack or by e-mail.

const MAX_NAME = 100;
const NAME_RULE = `must have 1 to ${MAX_NAME} printable characters`;
const MAX_URL = 2_000;
const MAX_ADDRESSES = 50;
/** The most subscriptions of a store. */
export const MAX_SUBSCRIPTIONS = 500;
/** The most rows of a message to a webhook. A longer message is sent in parts. */
export const MAX_MESSAGE_ROWS = 1_000;

const SUBSCRIPTION_CHANGES = ['both', 'entered', 'left'] as const;
const SUBSCRIPTION_STATES = ['active', 'paused', 'ended'] as const;
const DELIVERY_STATES = ['waiting', 'delivered', 'given_up'] as const;

const reportNames = [...new Set(RANKINGS.map(({ subject, report }) => `${subject}/${report}`))];
const REPORT_RULE = `must be one of ${reportNames.join(', ')}`;

/** The ranking of `"org/churn"` and `"30"`; undefined when there is none. */
export function rankingOf(report: string, interval: string): Ranking | undefined {
  return RANKINGS.find(
    (one) => `${one.subject}/${one.report}` === report && one.interval === interval,
  );
}

/** The subject of `"org/churn"`. */
export function subjectOf(report: string): Subject {
  return report.startsWith('org/') ? 'org' : 'user';
}

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const TIME_RULE = 'must be a time such as 09:00';
const time = z.string(TIME_RULE).regex(TIME, TIME_RULE);
const SCHEDULE_RULE =
  'must be {"every": "run"}, {"daily": "09:00"} or {"weekly": "monday", "at": "09:00"}';

/** When changes are sent; times are in the store's zone. */
const schedule = z.union(
  [
    z.strictObject({ every: z.literal('run') }),
    z.strictObject({ daily: time }),
    z.strictObject({ weekly: z.enum(WEEKDAYS), at: time }),
  ],
  SCHEDULE_RULE,
);

const URL_RULE = 'must be an address that begins with https:// or http://, without a user';
const isTarget = (text: string): boolean => {
  if (!URL.canParse(text) || text.length > MAX_URL) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:\/\//i.test(text) && /^https?:$/.test(protocol) && username + password === '';
};
const targetUrl = z.string(URL_RULE).refine(isTarget, URL_RULE);

const ADDRESS_RULE = 'must be an e-mail address such as ann@example.com';
// One address without a display name, and nothing that could end a header or start another one.
const ADDRESS = /^[^\s@<>(),;:\\"[\]\p{Cc}]{1,64}@[^\s@<>(),;:\\"[\]\p{Cc}]{1,253}$/u;
const address = z.string(ADDRESS_RULE).regex(ADDRESS, ADDRESS_RULE);

const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url: targetUrl }),
  z.strictObject({ kind: z.literal('slack'), url: targetUrl }),
  z.strictObject({
    kind: z.literal('email'),
    to: z
      .array(address)
      .min(1)
      .max(MAX_ADDRESSES)
      .transform((all) => [...new Set(all)]),
  }),
]);

export const newSubscription = z
  .strictObject({
    name: z
      .string(NAME_RULE)
      .refine((name) => keyName(name) !== undefined, NAME_RULE)
      .describe(`1 to ${MAX_NAME} printable characters`),
    report: z.enum(reportNames as [string, ...string[]], REPORT_RULE).describe('such as org/churn'),
    interval: z.string().describe('one of the intervals of the report'),
    where: z
      .custom<unknown>()
      .meta(CONDITIONS_META)
      .transform(checkedConditions)
      .optional()
      .describe('only changes of users or organizations for whom these conditions hold'),
    segment: segmentId.optional().describe('the id of a saved segment; both must hold'),
    change: z.enum(SUBSCRIPTION_CHANGES).default('both'),
    schedule,
    target,
    paused: z.boolean().default(false),
  })
  .superRefine(({ report, interval }, context) => {
    if (rankingOf(report, interval)) return;
    const known = RANKINGS.filter((one) => `${one.subject}/${one.report}` === report);
    const intervals = known.map((one) => one.interval).join(', ');
    context.addIssue({
      ...{ code: 'custom', path: ['interval'] },
      message: `must be one of ${intervals} for ${report}`,
    });
  });

const shownTarget = z
  .union([
    z.object({ kind: z.enum(['webhook', 'slack']), url: z.string() }),
    z.object({ kind: z.literal('email'), to: z.array(z.string()) }),
  ])
  .describe('without the scope admin, a URL ends after its host and addresses after their domain');

export const subscription = z.object({
  id: z.string(),
  name: z.string(),
  report: z.string(),
  interval: z.string(),
  where: z.custom<Where>().meta(CONDITIONS_META).nullable(),
  segment: z.string().nullable(),
  change: z.enum(SUBSCRIPTION_CHANGES),
  schedule,
  target: shownTarget,
  state: z.enum(SUBSCRIPTION_STATES),
  ended_reason: z
    .string()
    .nullable()
    .describe(
      'why insightd ended or paused it, such as a receiver that answered 410 Gone; null otherwise',
    ),
  baseline: runReference.nullable().describe('the run up to which changes were stored'),
  next_at: seconds.nullable().describe('when it is due next; null for every run'),
  waiting: count.describe('deliveries that wait'),
  given_up: count.describe('deliveries that were given up and can be replayed'),
  created_at: seconds,
  changed_at: seconds,
});

export const subscriptionList = z.object({
  subscriptions: z.array(subscription).describe('by name'),
});

export const createdSubscription = subscription.extend({
  secret: z
    .string()
    .nullable()
    .describe('of a webhook: signs its messages. Shown only once; null for other targets'),
});

export const newSecret = z.object({
  secret: z.string().describe('shown only once'),
  previous_until: seconds.describe('until then, messages carry the signature of both secrets'),
});

export const delivery = z.object({
  id: z.string().describe('the header webhook-id'),
  kind: z.enum(['change', 'test']),
  state: z.enum(DELIVERY_STATES),
  from: runReference.nullable(),
  to: runReference.nullable(),
  counts: z.object({ entered: count, left: count }).nullable(),
  rebased: z.boolean(),
  part: z.object({ number: z.int().min(1), of: z.int().min(1) }).nullable(),
  attempts: count,
  next_attempt_at: seconds.nullable(),
  status: z.int().nullable().describe('the HTTP status of the last attempt'),
  error: z.string().nullable().describe('why the last attempt failed'),
  created_at: seconds,
  delivered_at: seconds.nullable(),
});

export const deliveryPage = z.object({
  deliveries: z.array(delivery).describe('the last first'),
  current_page: count,
  page_size: z.int().min(1),
  total_count: count,
  has_more_results: z.boolean(),
});

const messageData = {
  subscription_id: z.string(),
  report: z.string(),
  interval: z.string(),
  from: runReference.nullable().describe('null in a test message'),
  to: runReference.nullable().describe('null in a test message without a report'),
  counts: z
    .object({ entered: count, left: count })
    .describe('of the whole message, with those deleted or excluded since'),
  rebased: z
    .literal(true)
    .optional()
    .describe('the conditions or the exclusions differ: read the list again; no changes are given'),
  part: z
    .object({ number: z.int().min(1), of: z.int().min(1) })
    .optional()
    .describe('of a message with more rows than fit into one'),
};
const userMessage = { entered: z.array(changedUser), left: z.array(changedUser) };
const orgMessage = { entered: z.array(changedOrg), left: z.array(changedOrg) };

/** The body of a message to a webhook. */
export const subscriptionMessage = z.object({
  type: z.enum(['report.changed', 'subscription.test']),
  timestamp: z.iso.datetime().describe('when the message was stored'),
  data: z.union([
    z.object({ ...messageData, ...userMessage }),
    z.object({ ...messageData, ...orgMessage }),
  ]),
});

nameSchemas({
  ...{ NewSubscription: newSubscription, Subscription: subscription },
  ...{ SubscriptionList: subscriptionList, CreatedSubscription: createdSubscription },
  ...{ SubscriptionSecret: newSecret, SubscriptionMessage: subscriptionMessage },
  ...{ Delivery: delivery, DeliveryPage: deliveryPage },
});

export type SubscriptionSchedule = z.infer<typeof schedule>;
export type SubscriptionTarget = z.output<typeof target>;
export type NewSubscription = z.output<typeof newSubscription>;
export type Subscription = z.infer<typeof subscription>;
export type SubscriptionList = z.infer<typeof subscriptionList>;
export type CreatedSubscription = z.infer<typeof createdSubscription>;
export type SubscriptionSecret = z.infer<typeof newSecret>;
export type Delivery = z.infer<typeof delivery>;
export type DeliveryPage = z.infer<typeof deliveryPage>;
export type SubscriptionMessage = z.infer<typeof subscriptionMessage>;
