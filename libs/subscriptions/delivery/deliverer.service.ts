import { Inject, Injectable } from '@nestjs/common';
import { ApiError, endsWithin } from '#libs/contracts';
import { Database } from '#libs/database';
import {
  Logger,
  Metrics,
  SETTINGS,
  StoreWatch,
  describeError,
  type Settings,
} from '#libs/platform';
import type { Attempt, Outgoing } from '../targets/target.js';
import { Targets } from '../targets/targets.js';
import { MessageComposer } from './message-composer.service.js';
import {
  claimDelivery,
  endSubscription,
  markDelivered,
  markFailed,
  releaseDelivery,
  type ClaimedDelivery,
} from './deliveries.store.js';
import { retryAfter } from './retries.js';

/** Deliveries of a subscription per job, so that others get their turn. */
const MOST_IN_A_ROW = 50;
/** From the claim on. Senders have a limit of 15 seconds; this one ends an attempt before its lease does. */
const ATTEMPT_MS = 25_000;
const MAX_ERROR_CHARACTERS = 500;
const STOPS_WITHIN_MS = 5_000;

/** Sends the deliveries of subscriptions, in a worker. */
@Injectable()
export class Deliverer {
  private readonly stopping = new AbortController();
  private readonly current = new Set<Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly watch: StoreWatch,
    private readonly composer: MessageComposer,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly targets: Targets,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'DELIVERY_RETRY_SECONDS'>,
  ) {}

  /**
   * Attempts the deliveries of a subscription that are due, one after the other. The outcome of each is stored; after a
   * failure the others wait.
   */
  async deliver(subscriptionId: string): Promise<void> {
    const work = this.attemptAll(subscriptionId);
    const done = work.catch(() => undefined);
    this.current.add(done);
    await work.finally(() => this.current.delete(done));
  }

  /** Ends current attempts before the process ends. Another worker repeats them. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await endsWithin(STOPS_WITHIN_MS, Promise.all(this.current));
  }

  private async attemptAll(subscriptionId: string): Promise<void> {
    const known = await this.watch.knownMigrations();
    for (let count = 0; count < MOST_IN_A_ROW; count++) {
      if (this.stopping.signal.aborted || this.watch.newerStore !== undefined) return;
      const claimed = await claimDelivery(this.database.pool, subscriptionId, known);
      if (!claimed) return;
      await this.attempt(claimed);
    }
  }

  private async attempt(claimed: ClaimedDelivery): Promise<void> {
    const { pool } = this.database;
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    let outgoing: Outgoing | undefined;
    try {
      outgoing = await this.composer.compose(claimed);
    } catch (error) {
      // A fault of this side is no attempt.
      await releaseDelivery(pool, claimed);
      throw error;
    }
    // The subscription was removed.
    if (!outgoing) return;
    if (signal.aborted) return releaseDelivery(pool, claimed);
    const attempt = await this.send(claimed, outgoing, signal);
    if (this.stopping.signal.aborted && attempt.result === 'failed')
      return releaseDelivery(pool, claimed, acceptedIn(claimed, attempt));
    await this.record(claimed, attempt);
  }

  private async send(
    claimed: ClaimedDelivery,
    outgoing: Outgoing,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { target, secrets } = claimed.subscription;
    const accepted = claimed.accepted ?? [];
    try {
      return await this.targets.send(target, { ...outgoing, accepted }, secrets, signal);
    } catch (error) {
      this.logger.error('a delivery failed unexpectedly', {
        deliveryId: claimed.id,
        ...describeError(error),
      });
      const message = error instanceof ApiError ? error.message : 'An internal error; see the log.';
      return { result: 'failed', status: null, error: message };
    }
  }

  private async record(claimed: ClaimedDelivery, attempt: Attempt): Promise<void> {
    const { pool } = this.database;
    const { id: deliveryId, subscription } = claimed;
    const fields = { deliveryId, subscriptionId: subscription.id, status: attempt.status };
    if (attempt.result === 'delivered') {
      await markDelivered(pool, claimed, attempt.status);
      this.count('delivered');
      return;
    }
    if (attempt.result === 'gone') {
      const reason = `The receiver answered ${attempt.status}: it wants no more messages.`;
      const isEnded = await this.database.transaction((db) =>
        endSubscription(db, claimed, attempt.status, reason),
      );
      if (!isEnded) return releaseDelivery(pool, claimed);
      this.count('gone');
      return this.logger.warn('a receiver ended its subscription', fields);
    }
    // A test shows its result at once.
    const delays =
      claimed.kind === 'test' || attempt.isFinal === true
        ? []
        : this.settings.DELIVERY_RETRY_SECONDS;
    const delay = retryAfter(claimed.attempts + 1, delays);
    const accepted = acceptedIn(claimed, attempt);
    const isRecorded = await markFailed(pool, claimed, {
      status: attempt.status,
      error: [...attempt.error].slice(0, MAX_ERROR_CHARACTERS).join(''),
      retryAfter: delay,
      accepted,
    });
    if (!isRecorded) return releaseDelivery(pool, claimed, accepted);
    this.count(delay === undefined ? 'given_up' : 'failed');
    const message = delay === undefined ? 'a delivery was given up' : 'a delivery failed';
    this.logger.warn(message, { ...fields, attempts: claimed.attempts + 1 });
  }

  private count(outcome: string): void {
    this.metrics.deliveries.labels(outcome).inc();
  }
}

/** The addresses that an e-mail reached in this and in earlier attempts. */
function acceptedIn(
  claimed: ClaimedDelivery,
  { accepted = [] }: { accepted?: readonly string[] },
): readonly string[] {
  return [...new Set([...(claimed.accepted ?? []), ...accepted])];
}
