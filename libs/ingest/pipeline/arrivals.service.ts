import { Injectable } from '@nestjs/common';
import { Database, type PreparedQuery } from '#libs/database';
import { usable } from './check.js';

/**
 * Limit for receipts ahead of the clock, so that a clock that once ran ahead has no lasting effect.
 */
const MAX_AHEAD_MS = 1_000;

// A message that was rejected before has a dead letter with the time of its first receipt.
const RECEIPT: PreparedQuery = {
  name: 'first_receipt',
  text: `
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      (select floor(extract(epoch from min(received_at)) * 1000)::float8
       from dead_letters where source = $1 and event_id = $2) as first`,
};

/**
 * Assigns times of receipt by the database's clock, so that processes with different clocks agree
 * on the order. The clock is read before a message is written, so a message that was answered
 * before another was sent sorts first.
 */
@Injectable()
export class Arrivals {
  private latest = 0;

  constructor(private readonly database: Database) {}

  /**
   * The times of first receipt of messages, in their order, milliseconds since 1970. Messages
   * received within the same millisecond get increasing times, in order of receipt.
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
    const isAhead = this.latest >= now && this.latest - now < MAX_AHEAD_MS;
    this.latest = isAhead ? this.latest + 1 : now;
    return this.latest;
  }
}
