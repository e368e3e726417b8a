import { Module } from '@nestjs/common';
import { SUBSCRIPTION_DELIVERIES } from '#libs/contracts';
import { QueueModule } from '#libs/platform';
import { ReportListsModule } from '#libs/reports';
import { SegmentsModule } from '#libs/segments';
import { Composer } from './delivery/composer.service.js';
import { DeliveriesProcessor } from './delivery/deliveries.processor.js';
import { Deliverer } from './delivery/deliverer.service.js';
import { SENDERS } from './delivery/senders.js';
import { DeliveryQueue } from './delivery/delivery-queue.service.js';
import { DeliveriesController } from './saved/deliveries.controller.js';
import { Deliveries } from './saved/deliveries.service.js';
import { SubscriptionsController } from './saved/subscriptions.controller.js';
import { Subscriptions } from './saved/subscriptions.service.js';
import { Stepping } from './steps/stepping.service.js';
import { Steps } from './steps/steps.service.js';
import { Targets } from './targets/targets.js';
import { TargetsModule } from './targets/targets.module.js';
import { UnsubscribeController } from './unsubscribe/unsubscribe.controller.js';
import { DeliveryRetention } from './delivery/delivery-retention.service.js';

/** Subscriptions, for every process and for the command. */
@Module({
  imports: [ReportListsModule, SegmentsModule, QueueModule.register(SUBSCRIPTION_DELIVERIES)],
  providers: [Steps, DeliveryQueue, Subscriptions, Deliveries],
  exports: [Steps, DeliveryQueue, Subscriptions, Deliveries, ReportListsModule],
})
export class SubscriptionsModule {}

/** The endpoints of subscriptions, for processes that answer HTTP. */
@Module({
  imports: [SubscriptionsModule, TargetsModule],
  controllers: [SubscriptionsController, DeliveriesController, UnsubscribeController],
})
export class SubscriptionsApiModule {}

/** Takes steps and sends deliveries, in workers. */
@Module({
  imports: [SubscriptionsModule, TargetsModule],
  providers: [
    { provide: SENDERS, useExisting: Targets },
    Stepping,
    Composer,
    Deliverer,
    DeliveriesProcessor,
    DeliveryRetention,
  ],
  exports: [Stepping, DeliveryQueue, DeliveryRetention],
})
export class SubscriptionsWorkerModule {}
