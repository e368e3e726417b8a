import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { parameters, subscriptionShapes, type Delivery, type DeliveryPage } from '#libs/contracts';
import { Access, Audited, Operation, operation, type PathOf, type QueryOf } from '#libs/platform';
import { Deliveries } from './deliveries.service.js';
import { subscriptionId } from './subscriptions.controller.js';

const path = z.object({ subscriptionId });
const { delivery, deliveryPage } = subscriptionShapes;

const listDeliveries = operation({
  id: 'listSubscriptionDeliveries',
  tag: 'insights',
  summary: 'The deliveries of a subscription, the last first',
  description: 'Delivered messages are kept for 30 days, those that were given up for 90 days.',
  path,
  query: z.object(parameters.page),
  reply: deliveryPage,
});

const testSubscription = operation({
  id: 'testSubscription',
  tag: 'insights',
  summary: 'Send a test message with the first rows of the latest list',
  description: 'It is sent at once, also while the subscription is paused, and is not repeated.',
  path,
  reply: delivery,
  status: 202,
  errors: ['conflict'],
});

const replayDelivery = operation({
  id: 'replaySubscriptionDelivery',
  tag: 'insights',
  summary: 'Send a delivery again, with the same id',
  path: z.object({
    subscriptionId,
    deliveryId: z.guid('There is no delivery with this id.'),
  }),
  reply: delivery,
  status: 202,
  errors: ['conflict'],
});

/** The deliveries of subscriptions. */
@Controller('api/insights/v1/subscriptions/:subscriptionId')
@Access('read')
export class DeliveriesController {
  constructor(private readonly deliveries: Deliveries) {}

  @Get('deliveries')
  @Operation(listDeliveries)
  list(
    @Param() { subscriptionId: id }: PathOf<typeof listDeliveries>,
    @Query() { page_number, page_size }: QueryOf<typeof listDeliveries>,
  ): Promise<DeliveryPage> {
    return this.deliveries.page(id, page_number, page_size);
  }

  @Post('test')
  @Access('admin')
  @Operation(testSubscription)
  @Audited(testSubscription, 'subscription.tested', ({ path: { subscriptionId: target } }) => ({
    target,
  }))
  test(@Param() { subscriptionId: id }: PathOf<typeof testSubscription>): Promise<Delivery> {
    return this.deliveries.test(id);
  }

  @Post('deliveries/:deliveryId/replay')
  @Access('admin')
  @Operation(replayDelivery)
  @Audited(replayDelivery, 'subscription.replayed', ({ path: { subscriptionId, deliveryId } }) => ({
    target: subscriptionId,
    details: { delivery: deliveryId },
  }))
  replay(
    @Param() { subscriptionId: id, deliveryId }: PathOf<typeof replayDelivery>,
  ): Promise<Delivery> {
    return this.deliveries.replay(id, deliveryId);
  }
}
