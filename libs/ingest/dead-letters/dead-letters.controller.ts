import { Readable } from 'node:stream';
import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { idSchema, parameters, wire, type DeadLetterList, type ReplayReply } from '#libs/contracts';
import {
  Access,
  Audited,
  Operation,
  TakesBody,
  operation,
  type BodyOf,
  type QueryOf,
} from '#libs/platform';
import { DeadLettersService } from './dead-letters.service.js';
import { ReplayService } from './replay.service.js';

/** Enough for 10,000 ids. */
const REPLAY_BYTES = 256 * 1024;

const listDeadLetters = operation({
  id: 'listDeadLetters',
  tag: 'admin',
  summary: 'Rejected events with their reasons, newest first',
  description:
    'A page ends before `limit` when the bodies take more than 4 MiB. Send `next_before` as `before` for the next page, until it is null.',
  query: z.object({
    limit: parameters.wholeNumber({ default: 100, low: 1, high: 1_000 }),
    before: wire.deadLetterId.optional().describe('only events older than this id'),
    sender: idSchema.optional().describe('only events from this source of /api/admin/v1/sources'),
  }),
  reply: wire.deadLetterList,
});

const exportDeadLetters = operation({
  id: 'exportDeadLetters',
  tag: 'admin',
  summary: 'All rejected events, one line of JSON each',
  rawReply: { 'application/x-ndjson': z.string() },
});

const replayDeadLetters = operation({
  id: 'replayDeadLetters',
  tag: 'admin',
  summary: 'Process rejected events again: the given ids, or all',
  description:
    'Ends after two seconds or 10,000 events, whichever is first. If `cursor` is not null, some events remain: send the same request with this cursor.',
  body: wire.replayRequest,
  reply: wire.replayReply,
});

@Controller('api/admin/v1/dead_letters')
@Access('admin')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLettersService,
    private readonly replays: ReplayService,
  ) {}

  @Get()
  @Operation(listDeadLetters)
  async list(
    @Query() { limit, ...which }: QueryOf<typeof listDeadLetters>,
  ): Promise<DeadLetterList> {
    const { letters, next } = await this.letters.list(limit, which);
    const next_before = next === undefined ? null : String(next);
    return { dead_letters: letters, next_before, ...(await this.letters.space()) };
  }

  @Get('export')
  @Operation(exportDeadLetters)
  @Audited(exportDeadLetters, 'dead_letters.exported', undefined, 'before')
  export(@Res() reply: FastifyReply): void {
    void reply.type('application/x-ndjson').send(Readable.from(this.letters.export()));
  }

  @Post('replay')
  @TakesBody({ maxBytes: REPLAY_BYTES })
  @Operation(replayDeadLetters)
  @Audited(replayDeadLetters, 'dead_letters.replayed', ({ reply }) => ({
    details: countsOf(reply),
  }))
  replay(@Body() request: BodyOf<typeof replayDeadLetters>): Promise<ReplayReply> {
    return this.replays.replay(request);
  }
}

/** For the audit log. */
function countsOf({ accepted, rejected, remaining }: ReplayReply) {
  return { accepted, rejected: rejected.length, remaining };
}
