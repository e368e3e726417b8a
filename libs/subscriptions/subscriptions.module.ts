import { Module } from '@nestjs/common';
import { SUBSCRIPTION_DELIVERIES } from '#libs/contracts';
import { QueueModule } from '#libs/platform';
import { ReportListsModule } from '#libs/reports';
import { SegmentsModule } from '#libs/segments';
import { MessageComposer } from './delivery/message-composer.service.js';
import { DeliveriesProcessor } from './delivery/deliveries.processor.js';
import { Deliverer } from './delivery/deliverer.service.js';
import { DeliveryQueue } from './delivery/delivery-queue.service.js';
import { DeliveriesController } from './saved/deliveries.controller.js';
import { Deliveries } from './saved/deliveries.service.js';
import { SubscriptionsController } from './saved/subscriptions.controller.js';
import { Subscriptions } from './saved/subscriptions.service.js';
import { Stepping } from './steps/stepping.service.js';
import { Steps } from './steps/steps.service.js';
import { DeliveryRetention } from './delivery/delivery-retention.service.js';
import { TargetsModule } from './targets/targets.module.js';

/** Subscriptions, for every process and for the command. */
@Module({
  imports: [
    ReportListsModule,
    SegmentsModule,
    TargetsModule,
    QueueModule.register(SUBSCRIPTION_DELIVERIES),
  ],
  providers: [Steps, DeliveryQueue, Subscriptions, Deliveries],
  exports: [Steps, DeliveryQueue, Subscriptions, Deliveries, ReportListsModule, TargetsModule],
})
export class SubscriptionsModule {}

/** The endpoints of subscriptions, for processes that answer HTTP. */
@Module({
  imports: [SubscriptionsModule],
  controllers: [SubscriptionsController, DeliveriesController],
})
export class SubscriptionsApiModule {}

/** Takes steps and sends deliveries, in workers. */
@Module({
  imports: [SubscriptionsModule],
  providers: [Stepping, MessageComposer, Deliverer, DeliveriesProcessor, DeliveryRetention],
  exports: [SubscriptionsModule, Stepping, DeliveryRetention],
})
export class SubscriptionsWorkerModule {}
