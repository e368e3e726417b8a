import { Inject, Injectable } from '@nestjs/common';
import {
  unixSeconds,
  type DeadLetterView,
  type FieldErrors,
  type SenderKind,
} from '#libs/contracts';
import { SETTINGS, type Settings } from '#libs/platform';
import { Database, type PreparedQuery } from '#libs/database';
import { lettersMentioning } from './dead-letters.erasure.js';
import { storedLetterBytes } from './dead-letters.store.js';

/** Filters of a listing: letters older than an id, letters of one sender. */
interface Which {
  before?: bigint | undefined;
  sender?: string | undefined;
}

/** A page of a listing. */
interface LettersPage {
  letters: DeadLetterView[];
  /** The `before` of the next page; undefined when none follows. */
  next: bigint | undefined;
}

type Row = NonNullable<Awaited<ReturnType<Database['prisma']['deadLetter']['findUnique']>>>;

/** Letters read at a time. */
const PAGE = 1_000;
/** Limit for the bodies of one listing. As JSON, a byte takes up to six characters. */
const MAX_LISTED_BYTES = 4 * 1024 * 1024;
/** Letters read at a time when they are many; each body has at most 1 MiB. */
const READ_AT_ONCE = 8;
const SIZES: PreparedQuery = {
  name: 'sizes_of_letters',
  text: `
    select id, coalesce(octet_length(body), 0) as bytes
    from dead_letters
    where ($1::bigint is null or id < $1) and ($2::text is null or sender = $2)
    order by id desc limit $3`,
};

/** Lists and exports dead letters. */
@Injectable()
export class DeadLettersService {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'DEAD_LETTER_MAX_MB'>,
  ) {}

  /** A page of letters, newest first. Ends early when their bodies exceed 4 MiB. */
  async list(limit: number, { before, sender }: Which = {}): Promise<LettersPage> {
    // One more than the page shows whether others follow.
    const values = [before ?? null, sender ?? null, limit + 1];
    const sizes = await this.database.queryPrepared<{ id: string; bytes: number }>(SIZES, values);
    let bytes = 0;
    const fitting = sizes.filter(({ bytes: size }, index) => {
      bytes += size;
      return index === 0 || (index < limit && bytes <= MAX_LISTED_BYTES);
    });
    const rows = await this.database.prisma.deadLetter.findMany({
      where: { id: { in: fitting.map(({ id }) => BigInt(id)) } },
      orderBy: { id: 'desc' },
    });
    const next = fitting.length < sizes.length ? BigInt(fitting.at(-1)!.id) : undefined;
    return { letters: rows.map(view), next };
  }

  /** The size of all letters and its maximum, in bytes. */
  async space(): Promise<{ stored_bytes: number; max_bytes: number }> {
    const max_bytes = this.settings.DEAD_LETTER_MAX_MB * 1024 * 1024;
    return { stored_bytes: await storedLetterBytes(this.database.pool), max_bytes };
  }

  /** The letter with an id; undefined for an unknown id. */
  async find(id: bigint): Promise<DeadLetterView | undefined> {
    const row = await this.database.prisma.deadLetter.findUnique({ where: { id } });
    return row ? view(row) : undefined;
  }

  /** The latest letters, newest first, at most `limit`, read page by page. */
  async *latest(limit: number, { sender }: Pick<Which, 'sender'> = {}) {
    let left = limit;
    let before: bigint | undefined;
    do {
      const page = await this.list(Math.min(left, PAGE), { before, sender });
      yield* page.letters;
      left -= page.letters.length;
      before = page.next;
    } while (before !== undefined && left > 0);
  }

  /**
   * The letters that mention a user, oldest first, read in parts.
   * @param traces the user's single fields, and the known parts of the name
   */
  async *mentioning(
    userId: string,
    traces: { texts: readonly string[]; name: readonly string[] },
  ): AsyncGenerator<DeadLetterView> {
    const ids = await lettersMentioning(this.database.pool, userId, traces);
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      const rows = await this.database.prisma.deadLetter.findMany({
        where: { id: { in: ids.slice(at, at + READ_AT_ONCE) } },
        orderBy: { id: 'asc' },
      });
      yield* rows.map(view);
    }
  }

  /** All letters, newest first, one line of JSON each. */
  async *export(): AsyncGenerator<string> {
    for await (const letter of this.latest(Infinity)) yield `${JSON.stringify(letter)}\n`;
  }
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
