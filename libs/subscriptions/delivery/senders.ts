import type { SubscriptionTarget } from '#libs/contracts';
import type { TargetSender } from '../targets/target.js';

/** Injection token of the senders. */
export const SENDERS = Symbol('senders');

/** The sender of each kind of target. */
export type Senders = { [Kind in SubscriptionTarget['kind']]: TargetSender<Kind> };
