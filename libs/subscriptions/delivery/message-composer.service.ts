import { Injectable } from '@nestjs/common';
import {
  rankingOf,
  subjectOf,
  type ChangedOrgRow,
  type ChangedUserRow,
  type Ranking,
  type SubscriptionMessage,
} from '#libs/contracts';
import { Database } from '#libs/database';
import { FrozenLists, frozenLength, type FrozenList, type ThawedRow } from '#libs/reports';
import type { Outgoing } from '../targets/target.js';
import type { ClaimedDelivery } from './deliveries.store.js';
import { storedMessage, type StoredMessage } from './messages.query.js';

/** Composes the message of a delivery: what was stored, with the names of now. */
@Injectable()
export class MessageComposer {
  constructor(
    private readonly database: Database,
    private readonly lists: FrozenLists,
  ) {}

  /** @returns undefined when the message was removed */
  async compose(delivery: ClaimedDelivery): Promise<Outgoing | undefined> {
    const { messageId, firstRow, rows } = delivery;
    const stored = await storedMessage(this.database.pool, messageId, firstRow, rows);
    if (!stored) return undefined;
    const { id, name, where, segment } = delivery.subscription;
    return {
      deliveryId: delivery.id,
      subscription: { id, name, where, segment },
      message: await this.messageOf(delivery, stored),
      isDigest: stored.isDigest,
    };
  }

  private async messageOf(
    { kind, part, parts }: ClaimedDelivery,
    stored: StoredMessage,
  ): Promise<SubscriptionMessage> {
    const { subscriptionId, report, interval, from, to, counts, rebased, createdAt } = stored;
    const ranking = rankingOf(report, interval) ?? unknownRanking(stored);
    const entered = (await this.rowsOf(ranking, stored.entered)).map(({ rank, row }) => ({
      ...{ ...row, rank, previous_rank: null, change: 'entered' as const },
    }));
    const left = (await this.rowsOf(ranking, stored.left)).map(({ rank, row }) => ({
      ...{ ...row, rank: null, previous_rank: rank, change: 'left' as const },
    }));
    const data = {
      ...{ subscription_id: subscriptionId, report, interval, from, to, counts },
      // All rows have the subject of the report.
      entered: entered as ChangedUserRow[] & ChangedOrgRow[],
      left: left as ChangedUserRow[] & ChangedOrgRow[],
      ...(rebased && { rebased: true as const }),
      ...(parts > 1 && { part: { number: part, of: parts } }),
    };
    const type = kind === 'test' ? 'subscription.test' : 'report.changed';
    return { type, timestamp: createdAt.toISOString(), data };
  }

  private rowsOf(ranking: Ranking, list: FrozenList): Promise<ThawedRow[]> {
    return frozenLength(list) === 0 ? Promise.resolve([]) : this.lists.rowsOf(ranking, list);
  }
}

/** A report that this version does not have. Its message has no rows. */
function unknownRanking({ report, interval }: StoredMessage): Ranking {
  return { subject: subjectOf(report), report: report.slice(report.indexOf('/') + 1), interval };
}
