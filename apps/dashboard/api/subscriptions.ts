import type {
  CreatedSubscription,
  Delivery,
  Subscription,
  SubscriptionSchedule,
  SubscriptionSecret,
  SubscriptionTarget,
  Where,
} from '#libs/contracts';
import { send } from './client.js';

export const SUBSCRIPTIONS = '/api/insights/v1/subscriptions';

/** The path of the API of a subscription. */
export const subscriptionPath = (id: string): string =>
  `${SUBSCRIPTIONS}/${encodeURIComponent(id)}`;

/** The body of a request that creates or changes a subscription. */
export interface SubscriptionBody {
  name: string;
  report: string;
  interval: string;
  where?: Where | undefined;
  segment?: string | undefined;
  change: Subscription['change'];
  schedule: SubscriptionSchedule;
  target: SubscriptionTarget;
  paused: boolean;
}

/** What a subscription is set to. */
export const bodyOf = (of: Subscription): SubscriptionBody => ({
  ...{ name: of.name, report: of.report, interval: of.interval, change: of.change },
  ...{ where: of.where ?? undefined, segment: of.segment ?? undefined },
  ...{ schedule: of.schedule, target: of.target },
  paused: of.state === 'paused',
});

/** @throws Failure */
export async function createSubscription(body: SubscriptionBody): Promise<CreatedSubscription> {
  return (await (await send('POST', SUBSCRIPTIONS, body)).json()) as CreatedSubscription;
}

/** @throws Failure */
export async function changeSubscription(
  id: string,
  body: SubscriptionBody,
): Promise<Subscription> {
  return (await (await send('PUT', subscriptionPath(id), body)).json()) as Subscription;
}

/** @throws Failure */
export async function removeSubscription(id: string): Promise<void> {
  await send('DELETE', subscriptionPath(id));
}

/** Sends a test message. @throws Failure */
export async function testSubscription(id: string): Promise<Delivery> {
  return (await (await send('POST', `${subscriptionPath(id)}/test`)).json()) as Delivery;
}

/** Sends a delivery again that was given up. @throws Failure */
export async function replayDelivery(id: string, delivery: string): Promise<void> {
  await send('POST', `${subscriptionPath(id)}/deliveries/${encodeURIComponent(delivery)}/replay`);
}

/** Makes a new secret; messages carry both signatures for a time. @throws Failure */
export async function rotateSecret(id: string): Promise<SubscriptionSecret> {
  return (await (
    await send('POST', `${subscriptionPath(id)}/secret`)
  ).json()) as SubscriptionSecret;
}
