import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import {
  invalidField,
  unixSeconds,
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

/** Filters of a listing: letters older than an id, letters of one sender. */
interface Which {
  before?: bigint | undefined;
  sender?: string | undefined;
}

type Row = NonNullable<Awaited<ReturnType<Database['prisma']['deadLetter']['findUnique']>>>;

/** Letters read with their bodies at a time; each body has at most 1 MiB. */
const BODIES_PAGE = 32;
const REPLAY_PAGE = 1_000;
const EXPORT_PAGE = 1_000;
/** Limit for the bodies of one listing. As JSON, a byte takes up to six characters. */
const MAX_LISTED_BYTES = 4 * 1024 * 1024;
const SIZES: PreparedQuery = {
  name: 'sizes_of_letters',
  text: `
    select id, coalesce(octet_length(body), 0) as bytes
    from dead_letters
    where ($1::bigint is null or id < $1) and ($2::text is null or sender = $2)
    order by id desc limit $3`,
};

// Compares the digest as well: a restored store may have another letter under the same id.
const DELETE_REPLAYED = 'delete from dead_letters where id = $1 and digest = $2';
// Keeps the errors of a letter that was erased meanwhile.
const SET_ERRORS = `
  update dead_letters set errors = $3
  where id = $1 and digest = $2 and body is not null`;

/** The columns needed for a replay. */
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

/** Lists, exports and replays dead letters. */
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

  /**
   * Letters, newest first. Returns fewer than `limit` when their bodies exceed 4 MiB, but at least
   * one.
   */
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

  /** The size of all letters and its maximum, in bytes. */
  async space(): Promise<{ stored_bytes: number; max_bytes: number }> {
    const max_bytes = this.settings.DEAD_LETTER_MAX_MB * 1024 * 1024;
    return { stored_bytes: await storedLetterBytes(this.database.pool), max_bytes };
  }

  /** The letter with an id; undefined without one. */
  async find(id: bigint): Promise<DeadLetterView | undefined> {
    const row = await this.database.prisma.deadLetter.findUnique({ where: { id } });
    return row ? view(row) : undefined;
  }

  /** All letters, newest first, one line of JSON each. */
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
   * Replays letters with their original times of receipt. Letters that can be used become facts and
   * are deleted; the others stay, with the new reasons.
   * @param ids the letters; undefined for the oldest 10,000
   * @returns the same as ingest; `index` counts in the order of the letters' ids
   * @throws ApiError for more than 10,000 ids
   */
  async replay(ids?: readonly bigint[]): Promise<IngestReply> {
    if (ids && ids.length > MAX_EVENTS) throw invalidField('ids', `must be at most ${MAX_EVENTS}`);
    const letters = await this.database.prisma.deadLetter.findMany({
      where: { body: { not: null }, ...(ids && { id: { in: [...ids] } }) },
      orderBy: { id: 'asc' },
      take: MAX_EVENTS,
      // Bodies are read a few at a time below: together they may be too large.
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

  /** Replays every letter once. */
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

  // One at a time, because each has a time of receipt and a source of its own.
  private async replayOne(letter: Letter): Promise<Rejected | 'accepted' | 'gone'> {
    const outcome = unchangedReason(letter, this.read(letter)) ?? (await this.replayNow(letter.id));
    if (outcome === 'gone') return outcome;
    const kind = outcome === 'accepted' ? outcome : 'rejected';
    this.outcomes.record(kind, [{ type: letter.eventType }]);
    return outcome;
  }

  private async replayNow(id: bigint): Promise<Rejected | 'accepted' | 'gone'> {
    // Read again, because it may have been erased since.
    const letter = await this.database.prisma.deadLetter.findUnique({ where: { id } });
    if (!letter?.body) return 'gone';
    const batch = this.read(letter);
    const [rejected] = batch.rejected;
    await this.ingest.commit(batch.events, async (db) => {
      await this.ingest.addFetches(db, batch.lookUps ?? []);
      const values = [letter.id, letter.digest];
      if (!rejected) await db.query(DELETE_REPLAYED, values);
      else await db.query(SET_ERRORS, [...values, JSON.stringify(rejected.errors)]);
    });
    return rejected ?? 'accepted';
  }

  /** Checks a letter's content again, with its original time of receipt. */
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

/**
 * The rejection when its reasons have not changed, which saves a transaction per letter; otherwise
 * undefined.
 */
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
    received_at: unixSeconds(row.receivedAt.getTime()),
    last_at: unixSeconds(row.lastAt.getTime()),
    body: row.body && Buffer.from(row.body).toString('utf8'),
  };
}
