import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import {
  invalidField,
  type DeadLetterView,
  type FieldErrors,
  type IngestReply,
  type SenderKind,
} from '#libs/contracts';
import { Clock, SETTINGS, type Settings } from '#libs/platform';
import { Database, type PreparedQuery } from '#libs/database';
import { storedLetterBytes } from './dead-letters.store.js';
import { IngestService } from '../pipeline/ingest.service.js';
import { checkAll, type CheckedBatch, type Rejected } from '../pipeline/check.js';
import { MessagesService } from '../pipeline/messages.service.js';
import { Outcomes } from '../pipeline/outcomes.js';
import { MAX_EVENTS, readMessage } from '../http/read-events.js';
import { Sources } from '../sources/sources.js';

/** Of a listing: those older than a letter, those that one sender delivered. */
interface Which {
  before?: bigint | undefined;
  sender?: string | undefined;
}

type Row = NonNullable<Awaited<ReturnType<Database['prisma']['deadLetter']['findUnique']>>>;

/** So many are read with their bodies at a time: each may have 1 MiB. */
const BODIES_PAGE = 32;
const REPLAY_PAGE = 1_000;
const EXPORT_PAGE = 1_000;
/** As JSON, a byte of a body takes up to six: a thousand letters of a mebibyte would be too long for one text. */
const MAX_LISTED_BYTES = 4 * 1024 * 1024;
const SIZES: PreparedQuery = {
  name: 'sizes_of_letters',
  text: `
    select id, coalesce(octet_length(body), 0) as bytes
    from dead_letters
    where ($1::bigint is null or id < $1) and ($2::text is null or sender = $2)
    order by id desc limit $3`,
};

// A store that was restored meanwhile may hold another letter under the number.
const DELETE_REPLAYED = 'delete from dead_letters where id = $1 and digest = $2';
// A letter that was erased meanwhile says so.
const NOTE_ERRORS = `
  update dead_letters set errors = $3
  where id = $1 and digest = $2 and body is not null`;

/** What a letter is read again from. */
interface Letter {
  id: bigint;
  digest: Uint8Array;
  source: string;
  eventId: string | null;
  eventType: string | null;
  body: Uint8Array | null;
  errors: unknown;
  receivedAt: Date;
  messageAt: Date | null;
}

/** Lists rejected events, gives them out and tries them again. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly database: Database,
    private readonly ingest: IngestService,
    private readonly messages: MessagesService,
    private readonly sources: Sources,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'DEAD_LETTER_MAX_MB'>,
  ) {}

  /** The newest letters first: fewer than the limit when their bodies take more than 4 MiB, but one at least. */
  async list(limit: number, { before, sender }: Which = {}): Promise<DeadLetterView[]> {
    const values = [before ?? null, sender ?? null, limit];
    const sizes = await this.database.queryPrepared<{ id: string; bytes: number }>(SIZES, values);
    let bytes = 0;
    const fitting = sizes.filter(({ bytes: size }, index) => {
      bytes += size;
      return index === 0 || bytes <= MAX_LISTED_BYTES;
    });
    const rows = await this.database.prisma.deadLetter.findMany({
      where: { id: { in: fitting.map(({ id }) => BigInt(id)) } },
      orderBy: { id: 'desc' },
    });
    return rows.map(view);
  }

  /** What all letters take, and what they may take. */
  async space(): Promise<{ stored_bytes: number; max_bytes: number }> {
    const max_bytes = this.settings.DEAD_LETTER_MAX_MB * 1024 * 1024;
    return { stored_bytes: await storedLetterBytes(this.database.pool), max_bytes };
  }

  /** One letter; undefined when there is none of this id. */
  async find(id: bigint): Promise<DeadLetterView | undefined> {
    const row = await this.database.prisma.deadLetter.findUnique({ where: { id } });
    return row ? view(row) : undefined;
  }

  /** Every letter, newest first, a line of JSON each. */
  async *export(): AsyncGenerator<string> {
    let before: bigint | undefined;
    for (;;) {
      const letters = await this.list(EXPORT_PAGE, { before });
      if (letters.length === 0) return;
      for (const letter of letters) yield `${JSON.stringify(letter)}\n`;
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
    const letters = await this.database.prisma.deadLetter.findMany({
      where: { body: { not: null }, ...(ids && { id: { in: [...ids] } }) },
      orderBy: { id: 'asc' },
      take: MAX_EVENTS,
      // The bodies a few at a time: together they may be too large.
      select: { id: true },
    });
    const total: IngestReply = { accepted: 0, rejected: [] };
    for (let start = 0; start < letters.length; start += BODIES_PAGE) {
      const wanted = letters.slice(start, start + BODIES_PAGE).map(({ id }) => id);
      const page = await this.database.prisma.deadLetter.findMany({
        where: { id: { in: wanted } },
      });
      const found = new Map(page.map((letter) => [letter.id, letter]));
      for (const [offset, id] of wanted.entries()) {
        const letter = found.get(id);
        if (!letter) continue;
        const outcome = await this.replayOne(letter);
        if (outcome === 'gone') continue;
        if (outcome === 'accepted') total.accepted++;
        else total.rejected.push({ index: start + offset, id: outcome.id, errors: outcome.errors });
      }
    }
    return total;
  }

  /** Tries every letter once. */
  async replayAll(): Promise<{ accepted: number; rejected: number }> {
    const total = { accepted: 0, rejected: 0 };
    let before: bigint | undefined;
    for (;;) {
      const ids = await this.ids(REPLAY_PAGE, before);
      const reply = await this.replay(ids);
      total.accepted += reply.accepted;
      total.rejected += reply.rejected.length;
      if (ids.length < REPLAY_PAGE) return total;
      before = ids.at(-1);
    }
  }

  private async ids(limit: number, before: bigint | undefined): Promise<bigint[]> {
    const rows = await this.database.prisma.deadLetter.findMany({
      where: before === undefined ? {} : { id: { lt: before } },
      orderBy: { id: 'desc' },
      take: limit,
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  // One at a time: each has a time of receipt and a source of its own.
  private async replayOne(letter: Letter): Promise<Rejected | 'accepted' | 'gone'> {
    const outcome = unchangedReason(letter, this.read(letter)) ?? (await this.replayNow(letter.id));
    if (outcome === 'gone') return outcome;
    const kind = outcome === 'accepted' ? outcome : 'rejected';
    this.outcomes.record(kind, [{ type: letter.eventType }]);
    return outcome;
  }

  private async replayNow(id: bigint): Promise<Rejected | 'accepted' | 'gone'> {
    // Read again: it may have been erased since.
    const letter = await this.database.prisma.deadLetter.findUnique({ where: { id } });
    if (!letter?.body) return 'gone';
    const batch = this.read(letter);
    const [rejected] = batch.rejected;
    await this.ingest.commit(batch.events, async (db) => {
      await this.ingest.addLookUps(db, batch.lookUps ?? []);
      const values = [letter.id, letter.digest];
      if (!rejected) await db.query(DELETE_REPLAYED, values);
      else await db.query(NOTE_ERRORS, [...values, JSON.stringify(rejected.errors)]);
    });
    return rejected ?? 'accepted';
  }

  /** A letter as it would be read if it came now, again of its time. */
  private read(letter: Letter): CheckedBatch {
    const content = readMessage(Buffer.from(letter.body ?? []));
    const receivedAt = letter.receivedAt.getTime();
    const source = letter.messageAt && this.sources.get(letter.source);
    if (source) {
      const at = letter.messageAt!.getTime();
      return this.messages.translate(source, { id: letter.eventId ?? '', at, receivedAt, content });
    }
    const now = this.clock.now();
    return checkAll([content], { now, receivedAt, defaultSource: letter.source });
  }
}

/** Why a letter is rejected, if that is as before: thousands of those must not cost a transaction each. */
function unchangedReason(letter: Letter, { events, rejected, lookUps }: CheckedBatch) {
  const [reason] = rejected;
  if (!reason || events.length > 0 || (lookUps ?? []).length > 0) return undefined;
  return isDeepStrictEqual(letter.errors, reason.errors) ? reason : undefined;
}

function view(row: Row): DeadLetterView {
  return {
    id: String(row.id),
    source: row.source,
    sender: row.sender,
    sender_kind: row.senderKind as SenderKind,
    event_id: row.eventId,
    type: row.eventType,
    errors: row.errors as FieldErrors,
    attempts: row.attempts,
    received_at: Math.floor(row.receivedAt.getTime() / 1000),
    last_at: Math.floor(row.lastAt.getTime() / 1000),
    body: row.body && Buffer.from(row.body).toString('utf8'),
  };
}
