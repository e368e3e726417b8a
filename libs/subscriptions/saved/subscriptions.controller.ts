import { Body, Controller, Delete, Get, Param, Post, Put, Req } from '@nestjs/common';
import { z } from 'zod';
import {
  subscriptionShapes,
  type CreatedSubscription,
  type Subscription,
  type SubscriptionList,
  type SubscriptionSecret,
} from '#libs/contracts';
import {
  Access,
  Audited,
  Operation,
  operation,
  type Authorized,
  type BodyOf,
  type PathOf,
} from '#libs/platform';
import { Subscriptions } from './subscriptions.service.js';

export const subscriptionId = z.guid(
  'There is no subscription with this id. GET /api/insights/v1/subscriptions lists the subscriptions.',
);
const path = z.object({ subscriptionId });
const { createdSubscription, newSecret, newSubscription, subscription, subscriptionList } =
  subscriptionShapes;

const listSubscriptions = operation({
  id: 'listSubscriptions',
  tag: 'insights',
  summary: 'The subscriptions, by name',
  reply: subscriptionList,
});

const getSubscription = operation({
  id: 'getSubscription',
  tag: 'insights',
  summary: 'A subscription',
  path,
  reply: subscription,
});

const createSubscription = operation({
  id: 'createSubscription',
  tag: 'insights',
  summary: 'Subscribe to the changes of a report',
  description: `The latest run is the baseline: later runs are compared with it. At most ${subscriptionShapes.MAX_SUBSCRIPTIONS} subscriptions can be saved.`,
  body: newSubscription,
  reply: createdSubscription,
  status: 201,
  sends: {
    subscriptionMessage: {
      to: '{$request.body#/target/url}',
      summary: 'A message to a webhook, signed as Standard Webhooks describe',
      body: subscriptionShapes.subscriptionMessage,
    },
  },
});

const replaceSubscription = operation({
  id: 'replaceSubscription',
  tag: 'insights',
  summary: 'Replace a subscription, pause it or resume it',
  description:
    'A webhook keeps its secret; a target that becomes a webhook gets one, which can be seen by replacing it. After a change of the report or of the conditions, the next message is rebased. A subscription that has ended becomes active again.',
  path,
  body: newSubscription,
  reply: subscription,
});

const deleteSubscription = operation({
  id: 'deleteSubscription',
  tag: 'insights',
  summary: 'Remove a subscription and its deliveries',
  path,
});

const rotateSubscriptionSecret = operation({
  id: 'rotateSubscriptionSecret',
  tag: 'insights',
  summary: 'Replace the secret of a webhook',
  description: 'For 24 hours, messages carry the signatures of the new and of the previous secret.',
  path,
  reply: newSecret,
  errors: ['conflict'],
});

/** Subscriptions to the changes of a report. */
@Controller('api/insights/v1/subscriptions')
@Access('read')
export class SubscriptionsController {
  constructor(private readonly subscriptions: Subscriptions) {}

  @Get()
  @Operation(listSubscriptions)
  async list(@Req() request: Authorized): Promise<SubscriptionList> {
    return { subscriptions: await this.subscriptions.list(isAdmin(request)) };
  }

  @Get(':subscriptionId')
  @Operation(getSubscription)
  one(
    @Param() { subscriptionId: id }: PathOf<typeof getSubscription>,
    @Req() request: Authorized,
  ): Promise<Subscription> {
    return this.subscriptions.get(id, isAdmin(request));
  }

  @Post()
  @Access('admin')
  @Operation(createSubscription)
  @Audited(createSubscription, 'subscription.created', ({ reply }) => recorded(reply))
  create(@Body() given: BodyOf<typeof createSubscription>): Promise<CreatedSubscription> {
    return this.subscriptions.add(given);
  }

  @Put(':subscriptionId')
  @Access('admin')
  @Operation(replaceSubscription)
  @Audited(replaceSubscription, 'subscription.changed', ({ reply }) => recorded(reply))
  replace(
    @Param() { subscriptionId: id }: PathOf<typeof replaceSubscription>,
    @Body() given: BodyOf<typeof replaceSubscription>,
  ): Promise<Subscription> {
    return this.subscriptions.change(id, given);
  }

  @Delete(':subscriptionId')
  @Access('admin')
  @Operation(deleteSubscription)
  @Audited(deleteSubscription, 'subscription.removed', ({ path: { subscriptionId: target } }) => ({
    target,
  }))
  async remove(@Param() { subscriptionId: id }: PathOf<typeof deleteSubscription>): Promise<void> {
    await this.subscriptions.remove(id);
  }

  @Post(':subscriptionId/secret')
  @Access('admin')
  @Operation(rotateSubscriptionSecret)
  @Audited(
    rotateSubscriptionSecret,
    'subscription.secret_rotated',
    ({ path: { subscriptionId: target } }) => ({ target }),
  )
  rotate(
    @Param() { subscriptionId: id }: PathOf<typeof rotateSubscriptionSecret>,
  ): Promise<SubscriptionSecret> {
    return this.subscriptions.rotate(id);
  }
}

function isAdmin({ caller }: Authorized): boolean {
  return caller.scopes.includes('admin');
}

/** For the audit log. Names, conditions and targets may be about persons. */
function recorded({ id, report, interval, target, state }: Subscription) {
  return { target: id, details: { report, interval, kind: target.kind, state } };
}
