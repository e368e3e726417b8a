import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { ReplayReply, SenderKind } from '#libs/contracts';
import { Clock, SETTINGS, type Settings } from '#libs/platform';
import { Database, type Connection } from '#libs/database';
import { IngestService } from '../pipeline/ingest.service.js';
import { checkAll, type CheckedBatch, type Rejected } from '../pipeline/check.js';
import { MessagesService } from '../pipeline/messages.service.js';
import { Outcomes } from '../pipeline/outcomes.js';
import { nativeTraits } from '../pipeline/trait-rules.js';
import { MAX_EVENTS, readMessage } from '../http/read-events.js';
import { Sources } from '../sources/sources.js';

/** A request must be answered within five seconds, whatever its last letter takes. */
const REPLAY_MS = 2_000;
/** Letters read with their bodies at a time; each body has at most 1 MiB. */
const BODIES_PAGE = 32;

// Letters added during a replay are not part of it, so that it ends.
const LATEST = 'select max(id) as id from dead_letters';
const REPLAYABLE = `
  from dead_letters
  where body is not null and id > $1 and id <= $2 and ($3::bigint[] is null or id = any($3))`;
const WANTED = `select id ${REPLAYABLE} order by id limit $4`;
const COUNT = `select count(*)::int as count ${REPLAYABLE}`;

// The digest identifies a letter of a source: a restored store may have another one under the same
// id. An erased letter stays as it is.
const IS_SAME = 'id = $1 and source = $2 and digest = $3 and body is not null';
const DELETE = `delete from dead_letters where ${IS_SAME}`;
const SET_ERRORS = `update dead_letters set errors = $4 where ${IS_SAME}`;

/** The columns needed for a replay. */
interface Letter {
  id: bigint;
  digest: Uint8Array;
  source: string;
  sender: string;
  senderKind: string;
  eventId: string | null;
  eventType: string | null;
  body: Uint8Array | null;
  errors: unknown;
  receivedAt: Date;
  messageAt: Date | null;
}

/** The letters to replay: the given ids, or all; `cursor` continues an earlier replay. */
export interface ReplayRequest {
  ids?: readonly bigint[] | undefined;
  cursor?: string | undefined;
}

/** Letters with `after` < id <= `through`, of `ids` if given. */
interface Selection {
  after: bigint;
  through: bigint;
  ids: readonly bigint[] | undefined;
}

/** Processes dead letters again. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly database: Database,
    private readonly ingest: IngestService,
    private readonly messages: MessagesService,
    private readonly sources: Sources,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'USER_TRAITS' | 'ORG_TRAITS'>,
  ) {}

  /**
   * Replays letters with their original times of receipt, oldest first, for up to two seconds and
   * at most 10,000 of them. Letters that can be used become facts and are deleted; the others stay,
   * with the new reasons.
   * @returns `index` counts in the order of the letters' ids; `cursor` continues with those that
   *   remain, null when none do
   */
  async replay({ ids, cursor }: ReplayRequest): Promise<ReplayReply> {
    const endsAt = performance.now() + REPLAY_MS;
    const selection = await this.selection(ids, cursor);
    const wanted = await this.wanted(selection);
    const reply: ReplayReply = { accepted: 0, rejected: [], remaining: 0, cursor: null };
    let tried = 0;
    for await (const letter of this.read(wanted)) {
      if (letter) await this.replayInto(reply, letter, tried);
      tried++;
      if (performance.now() >= endsAt) break;
    }
    if (tried === 0) return reply;
    const last = wanted[tried - 1]!;
    reply.remaining = await this.count({ ...selection, after: last });
    if (reply.remaining > 0) reply.cursor = `${last}-${selection.through}`;
    return reply;
  }

  /** Replays letters until none remain. @param onProgress called with the reply of each part */
  async replayAll(
    { ids }: Pick<ReplayRequest, 'ids'>,
    onProgress: (reply: ReplayReply) => void,
  ): Promise<void> {
    let cursor: string | undefined;
    do {
      const reply = await this.replay({ ids, cursor });
      onProgress(reply);
      cursor = reply.cursor ?? undefined;
    } while (cursor !== undefined);
  }

  private async selection(
    ids: ReplayRequest['ids'],
    cursor: ReplayRequest['cursor'],
  ): Promise<Selection> {
    const [after, through] = cursor?.split('-').map(BigInt) ?? [0n];
    if (through !== undefined) return { after: after!, through, ids };
    const { rows } = await this.database.pool.query<{ id: string | null }>(LATEST);
    return { after: after!, through: BigInt(rows[0]!.id ?? 0), ids };
  }

  private async wanted(selection: Selection): Promise<bigint[]> {
    const values = [...valuesOf(selection), MAX_EVENTS];
    const { rows } = await this.database.pool.query<{ id: string }>(WANTED, values);
    return rows.map(({ id }) => BigInt(id));
  }

  private async count(selection: Selection): Promise<number> {
    const { pool } = this.database;
    return (await pool.query<{ count: number }>(COUNT, valuesOf(selection))).rows[0]!.count;
  }

  /**
   * Letters in the order of `ids`; undefined for one that is gone. Reads a few at a time: the bodies
   * of all may take hundreds of megabytes.
   */
  private async *read(ids: readonly bigint[]): AsyncGenerator<Letter | undefined> {
    for (let start = 0; start < ids.length; start += BODIES_PAGE) {
      const some = ids.slice(start, start + BODIES_PAGE);
      const rows = await this.database.prisma.deadLetter.findMany({ where: { id: { in: some } } });
      const found = new Map(rows.map((letter) => [letter.id, letter]));
      for (const id of some) {
        yield found.get(id);
        // Checking letters does not wait for anything: other requests need a turn.
        await nextTurn();
      }
    }
  }

  private async replayInto(reply: ReplayReply, letter: Letter, index: number): Promise<void> {
    // One at a time, because each has a time of receipt and a source of its own.
    const outcome = unchangedReason(letter, this.check(letter)) ?? (await this.process(letter.id));
    if (outcome === 'gone') return;
    this.outcomes.record(outcome === 'accepted' ? outcome : 'rejected', [
      { type: letter.eventType },
    ]);
    if (outcome === 'accepted') reply.accepted++;
    else reply.rejected.push({ index, id: outcome.id, errors: outcome.errors });
  }

  private async process(id: bigint): Promise<Rejected | 'accepted' | 'gone'> {
    // Read again, because it may have been erased since.
    const letter = await this.database.prisma.deadLetter.findUnique({ where: { id } });
    if (!letter?.body) return 'gone';
    const { events, rejected, dropped, fetches = [] } = this.check(letter);
    const isThere = await this.ingest.commitFromRow(events, async (db) => {
      await this.ingest.addFetches(db, fetches);
      return settle(db, letter, rejected[0]);
    });
    if (!isThere) return 'gone';
    const sender = { kind: letter.senderKind as SenderKind, name: letter.sender };
    this.outcomes.recordDropped(dropped, sender);
    return rejected[0] ?? 'accepted';
  }

  /** Checks a letter's content again, with its original time of receipt. */
  private check(letter: Letter): CheckedBatch {
    const content = readMessage(Buffer.from(letter.body ?? []));
    const receivedAt = letter.receivedAt.getTime();
    const source = letter.messageAt && this.sources.get(letter.source);
    if (source) {
      const at = letter.messageAt!.getTime();
      return this.messages.translate(source, { id: letter.eventId ?? '', at, receivedAt, content });
    }
    const context = { now: this.clock.now(), receivedAt, defaultSource: letter.source };
    return checkAll([content], { ...context, traits: nativeTraits(this.settings) });
  }
}

function valuesOf({ after, through, ids }: Selection): unknown[] {
  return [String(after), String(through), ids?.map(String) ?? null];
}

/** Deletes a letter that is accepted, or updates its reasons. @returns whether it was there */
async function settle(
  db: Connection,
  { id, source, digest }: Letter,
  rejected: Rejected | undefined,
): Promise<boolean> {
  const values = [String(id), source, digest];
  const { rowCount } = rejected
    ? await db.query(SET_ERRORS, [...values, JSON.stringify(rejected.errors)])
    : await db.query(DELETE, values);
  return rowCount === 1;
}

/**
 * The rejection when its reasons have not changed, which saves a transaction per letter; otherwise
 * undefined.
 */
function unchangedReason(letter: Letter, { events, rejected, fetches }: CheckedBatch) {
  const [reason] = rejected;
  if (!reason || events.length > 0 || (fetches ?? []).length > 0) return undefined;
  return isDeepStrictEqual(letter.errors, reason.errors) ? reason : undefined;
}
