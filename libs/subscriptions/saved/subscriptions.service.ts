import { Injectable } from '@nestjs/common';
import {
  ApiError,
  Calendar,
  MAX_SUBSCRIPTIONS,
  invalidField,
  subjectOf,
  type CreatedSubscription,
  type NewSubscription,
  type Subscription,
  type SubscriptionSecret,
} from '#libs/contracts';
import { Database } from '#libs/database';
import { Logger, databaseNow, describeError } from '#libs/platform';
import { FrozenLists } from '#libs/reports';
import { SegmentsService } from '#libs/segments';
import { Targets } from '../targets/targets.js';
import { nextMoment } from '../schedule/moments.js';
import { Steps } from '../steps/steps.service.js';
import { newWebhookSecret } from './secrets.js';
import { shownTarget } from './shown-target.js';
import {
  addSubscription,
  changeSubscription,
  findSubscription,
  listSubscriptions,
  removeSubscription,
  rotateSecret,
  type StoredSubscription,
} from './subscriptions.store.js';

/** Lists, saves and removes subscriptions. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly database: Database,
    private readonly calendar: Calendar,
    private readonly segments: SegmentsService,
    private readonly lists: FrozenLists,
    private readonly steps: Steps,
    private readonly targets: Targets,
    private readonly logger: Logger,
  ) {}

  /** All subscriptions, by name. @param isAdmin whether whole URLs and addresses are shown */
  async list(isAdmin: boolean): Promise<Subscription[]> {
    const all = await listSubscriptions(this.database.pool);
    return all.map((one) => shown(one, isAdmin));
  }

  /** @throws ApiError `not_found` */
  async get(id: string, isAdmin: boolean): Promise<Subscription> {
    return shown(found(await findSubscription(this.database.pool, id)), isAdmin);
  }

  /**
   * Saves a subscription. The latest run becomes its baseline.
   * @throws ApiError `invalid` for unknown conditions, or when there are too many subscriptions
   */
  async add(given: NewSubscription): Promise<CreatedSubscription> {
    await this.check(given);
    const { pool } = this.database;
    const secret = given.target.kind === 'webhook' ? newWebhookSecret() : undefined;
    const isFirst = (await this.lists.run('latest')) === undefined;
    const id = await addSubscription(pool, given, await this.nextAt(given), secret, isFirst);
    if (id === undefined) {
      const message = `There are ${MAX_SUBSCRIPTIONS} subscriptions already. Remove one that is no longer needed.`;
      throw new ApiError('invalid', message);
    }
    // Now, because changes count from here on. A worker takes the baseline when this fails.
    await this.steps
      .takeBaseline(id)
      .catch((error: unknown) =>
        this.logger.warn('a worker takes the baseline of the subscription', describeError(error)),
      );
    return { ...(await this.get(id, true)), secret: secret ?? null };
  }

  /** @throws ApiError `not_found`, or `invalid` for unknown conditions */
  async change(id: string, given: NewSubscription): Promise<Subscription> {
    await this.check(given);
    const nextAt = await this.nextAt(given);
    const { pool } = this.database;
    if (!(await changeSubscription(pool, id, given, nextAt, newWebhookSecret()))) throw unknown();
    return this.get(id, true);
  }

  /** Removes a subscription with its deliveries. @throws ApiError `not_found` */
  async remove(id: string): Promise<void> {
    if (!(await this.database.transaction((db) => removeSubscription(db, id)))) throw unknown();
  }

  /** @throws ApiError `not_found`, or `conflict` when the target is no webhook */
  async rotate(id: string): Promise<SubscriptionSecret> {
    const secret = newWebhookSecret();
    const { pool } = this.database;
    const until = await rotateSecret(pool, id, secret);
    if (until !== undefined) return { secret, previous_until: until };
    const { target } = found(await findSubscription(pool, id));
    const message = `The target is of the kind ${target.kind}: only messages to a webhook are signed.`;
    throw new ApiError('conflict', message);
  }

  private async check({ report, where, segment, target, paused }: NewSubscription): Promise<void> {
    // A target that has become invalid, such as without SMTP_URL, can be paused.
    const problem = paused ? undefined : this.targets.problemOf(target);
    const place = target.kind === 'email' ? 'target.kind' : 'target.url';
    if (problem !== undefined)
      throw new ApiError('invalid', problem, { fields: { [place]: [problem] } });
    try {
      await this.segments.resolve(subjectOf(report), { where, segment });
    } catch (error) {
      // In a body, an unknown segment is a wrong value.
      if (!(error instanceof ApiError) || error.code !== 'not_found') throw error;
      throw invalidField(
        'segment',
        'must be the id of a segment, as GET /api/insights/v1/segments lists it',
      );
    }
  }

  private async nextAt({ schedule }: NewSubscription): Promise<Date | undefined> {
    const now = await databaseNow(this.database.pool);
    const moment = nextMoment(schedule, this.calendar, now);
    return moment === undefined ? undefined : new Date(moment);
  }
}

function shown(subscription: StoredSubscription, isAdmin: boolean): Subscription {
  return { ...subscription, target: shownTarget(subscription.target, isAdmin) };
}

function found(subscription: StoredSubscription | undefined): StoredSubscription {
  if (!subscription) throw unknown();
  return subscription;
}

export function unknown(): ApiError {
  const message =
    'There is no subscription with this id. GET /api/insights/v1/subscriptions lists the subscriptions.';
  return new ApiError('not_found', message);
}
