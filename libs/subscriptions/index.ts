export {
  SubscriptionsApiModule,
  SubscriptionsModule,
  SubscriptionsWorkerModule,
} from './subscriptions.module.js';
export { DeliveryQueue } from './delivery/delivery-queue.service.js';
export { DeliveryRetention } from './delivery/delivery-retention.service.js';
export { exportedSubscriptions, restoreSubscription } from './saved/exported-subscriptions.js';
export { newWebhookSecret } from './saved/secrets.js';
export { Deliveries } from './saved/deliveries.service.js';
export { Subscriptions } from './saved/subscriptions.service.js';
export { Stepping } from './steps/stepping.service.js';
