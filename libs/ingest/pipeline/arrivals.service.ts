import { Injectable } from '@nestjs/common';
import { Database, type PreparedQuery } from '#libs/database';
import { usable } from './check.js';

/** So far ahead of the clock at most: a clock that ran ahead once must not decide for longer. */
const MOST_AHEAD_MS = 1_000;

// A message that could not be used when it first came has a dead letter, which says when that was.
const RECEIPT: PreparedQuery = {
  name: 'first_receipt',
  text: `
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      (select floor(extract(epoch from min(received_at)) * 1000)::float8
       from dead_letters where source = $1 and event_id = $2) as first`,
};

/**
 * When messages arrive, by the database's clock: processes whose own clocks differ agree on the order. It is read
 * before the message is written, so of two messages the one answered before the other was sent comes first.
 */
@Injectable()
export class Arrivals {
  private latest = 0;

  constructor(private readonly database: Database) {}

  /**
   * When messages of a source were first received, in their order, ms since 1970. Messages of the same
   * millisecond get different ones, in the order in which this process received them.
   */
  async firstReceipts(source: string, messages: readonly { id: string }[]): Promise<number[]> {
    const receipts: number[] = [];
    for (const { id } of messages) receipts.push(await this.firstReceipt(source, id));
    return receipts;
  }

  private async firstReceipt(source: string, id: string): Promise<number> {
    const values = [source, usable(id)];
    const rows = await this.database.queryPrepared<{ now: number; first: number | null }>(
      RECEIPT,
      values,
    );
    const { now, first } = rows[0]!;
    if (first !== null) return first;
    const isAhead = this.latest >= now && this.latest - now < MOST_AHEAD_MS;
    this.latest = isAhead ? this.latest + 1 : now;
    return this.latest;
  }
}
