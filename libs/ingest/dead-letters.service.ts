import { Injectable } from '@nestjs/common';
import { invalidField, type IngestReply } from '#libs/contracts';
import { Clock, Database } from '#libs/platform';
import { IngestService } from './ingest.service.js';
import { MAX_EVENTS } from './read-events.js';

/** A rejected event as an operator sees it. Times are unix seconds. */
export interface DeadLetterView {
  id: string;
  source: string;
  event_id: string | null;
  type: string | null;
  errors: unknown;
  attempts: number;
  received_at: number;
  last_at: number;
  /** As it came; null when it was about a user or org deleted since. */
  body: string | null;
}

const EXPORT_PAGE = 1_000;

/** Lists rejected events, gives them out and tries them again. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly database: Database,
    private readonly ingest: IngestService,
    private readonly clock: Clock,
  ) {}

  /** The newest letters first. @param before only those older than this letter's id */
  async list(limit: number, before?: bigint): Promise<DeadLetterView[]> {
    const rows = await this.database.rows.deadLetter.findMany({
      where: before === undefined ? {} : { id: { lt: before } },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map((row) => ({
      id: String(row.id),
      source: row.source,
      event_id: row.eventId,
      type: row.eventType,
      errors: row.errors,
      attempts: row.attempts,
      received_at: Math.floor(row.receivedAt.getTime() / 1000),
      last_at: Math.floor(row.lastAt.getTime() / 1000),
      body: row.body && Buffer.from(row.body).toString('utf8'),
    }));
  }

  /** Every letter, newest first, a line of JSON each. */
  async *export(): AsyncGenerator<string> {
    let before: bigint | undefined;
    for (;;) {
      const letters = await this.list(EXPORT_PAGE, before);
      for (const letter of letters) yield `${JSON.stringify(letter)}\n`;
      if (letters.length < EXPORT_PAGE) return;
      before = BigInt(letters.at(-1)!.id);
    }
  }

  /**
   * Tries letters again, as if they came now but at their first time of receipt: those that can be
   * used now become facts and are letters no more; the others stay, with the new reasons.
   * @param ids which; undefined for the oldest 10,000
   * @returns as ingest does; `index` counts in the order of the letters' ids
   */
  async replay(ids?: readonly bigint[]): Promise<IngestReply> {
    if (ids && ids.length > MAX_EVENTS) throw invalidField('ids', `must be at most ${MAX_EVENTS}`);
    const letters = await this.database.rows.deadLetter.findMany({
      where: { body: { not: null }, ...(ids && { id: { in: [...ids] } }) },
      orderBy: { id: 'asc' },
      take: MAX_EVENTS,
      // The bodies one by one: together they may be too large.
      select: { id: true },
    });
    const total: IngestReply = { accepted: 0, rejected: [] };
    for (const [index, { id }] of letters.entries()) {
      const letter = await this.database.rows.deadLetter.findUnique({ where: { id } });
      if (!letter) continue;
      const reply = await this.replayOne(letter);
      total.accepted += reply.accepted;
      total.rejected.push(...reply.rejected.map((rejected) => ({ ...rejected, index })));
    }
    return total;
  }

  // One at a time: each has a time of receipt and a source of its own.
  private async replayOne(letter: {
    id: bigint;
    source: string;
    body: Uint8Array | null;
    receivedAt: Date;
  }): Promise<IngestReply> {
    const text = Buffer.from(letter.body ?? []).toString('utf8');
    const context = {
      now: this.clock.now(),
      receivedAt: letter.receivedAt.getTime(),
      defaultSource: letter.source,
    };
    return this.ingest.retake([parse(text)], context, async (db, batch) => {
      const errors = batch.rejected[0]?.errors;
      if (errors === undefined)
        await db.query('delete from dead_letters where id = $1', [letter.id]);
      else await db.query('update dead_letters set errors = $2 where id = $1', [letter.id, errors]);
    });
  }
}

function parse(text: string): { value: unknown } | { unreadable: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { unreadable: text };
  }
}
