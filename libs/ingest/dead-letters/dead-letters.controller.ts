import { Readable } from 'node:stream';
import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { parameters, wire, type IngestReply } from '#libs/contracts';
import { Access, Operation, TakesBody, operation, type BodyOf, type QueryOf } from '#libs/platform';
import { DeadLettersService } from './dead-letters.service.js';

/** Enough for 10,000 ids. */
const REPLAY_BYTES = 256 * 1024;

const listDeadLetters = operation({
  id: 'listDeadLetters',
  tag: 'admin',
  summary: 'Rejected events with their reasons, newest first',
  description:
    'Fewer than `limit` when their bodies take more than 4 MiB: the next ones follow with `before`, until there is none.',
  query: z.object({
    limit: parameters.wholeNumber({ default: 100, low: 1, high: 1_000 }),
    before: wire.deadLetterId.optional().describe('only those older than this id'),
    sender: z
      .string()
      .optional()
      .describe('only those delivered by this source of /api/admin/v1/sources'),
  }),
  reply: wire.deadLetterList,
});

const exportDeadLetters = operation({
  id: 'exportDeadLetters',
  tag: 'admin',
  summary: 'All rejected events, a line of JSON each',
  rawReply: { 'application/x-ndjson': z.string() },
});

const replayDeadLetters = operation({
  id: 'replayDeadLetters',
  tag: 'admin',
  summary: 'Try rejected events again: those named, or the oldest 10,000',
  body: wire.replayRequest,
  reply: wire.ingestReply,
});

@Controller('api/admin/v1/dead_letters')
@Access('admin')
export class DeadLettersController {
  constructor(private readonly letters: DeadLettersService) {}

  @Get()
  @Operation(listDeadLetters)
  async list(@Query() { limit, ...which }: QueryOf<typeof listDeadLetters>) {
    return { dead_letters: await this.letters.list(limit, which), ...(await this.letters.space()) };
  }

  @Get('export')
  @Operation(exportDeadLetters)
  export(@Res() reply: FastifyReply): void {
    void reply.type('application/x-ndjson').send(Readable.from(this.letters.export()));
  }

  @Post('replay')
  @TakesBody({ maxBytes: REPLAY_BYTES })
  @Operation(replayDeadLetters)
  async replay(@Body() { ids }: BodyOf<typeof replayDeadLetters>): Promise<IngestReply> {
    return this.letters.replay(ids);
  }
}
