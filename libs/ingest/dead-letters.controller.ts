import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { invalidField, type IngestReply } from '#libs/contracts';
import {
  Access,
  TakesBody,
  parameter,
  readObject,
  wholeNumber,
  type Authorized,
  type Query as QueryParameters,
} from '#libs/platform';
import { DeadLettersService, type DeadLetterView } from './dead-letters.service.js';

/** 10,000 ids. */
const REPLAY_BYTES = 256 * 1024;

@ApiTags('admin')
@ApiSecurity('key')
@Controller('api/admin/v1/dead_letters')
@Access('admin')
export class DeadLettersController {
  constructor(private readonly letters: DeadLettersService) {}

  @Get()
  @ApiOperation({ summary: 'Rejected events with their reasons, newest first' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 1000, else 100' })
  @ApiQuery({ name: 'before', required: false, description: 'only those older than this id' })
  @ApiQuery({
    name: 'sender',
    required: false,
    description: 'only those delivered by this source of /api/admin/v1/sources',
  })
  async list(@Query() query: QueryParameters): Promise<{ dead_letters: DeadLetterView[] }> {
    const limit = wholeNumber(query, 'limit', { default: 100, low: 1, high: 1_000 });
    const before = parameter(query, 'before');
    return {
      dead_letters: await this.letters.list(limit, {
        before: before === undefined ? undefined : letterId('before', before),
        sender: parameter(query, 'sender'),
      }),
    };
  }

  @Get('export')
  @ApiOperation({ summary: 'All rejected events, a line of JSON each' })
  export(@Res() reply: FastifyReply): void {
    void reply.type('application/x-ndjson').send(Readable.from(this.letters.export()));
  }

  @Post('replay')
  @TakesBody({ maxBytes: REPLAY_BYTES })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try rejected events again: {"ids": ["…"]}, or {} for the oldest 10,000',
  })
  async replay(@Req() request: Authorized): Promise<IngestReply> {
    const { ids } = readObject(request.body, 'ids');
    if (ids === undefined) return this.letters.replay();
    if (!Array.isArray(ids)) throw invalidField('ids', 'must be an array of ids');
    return this.letters.replay(ids.map((id: unknown) => letterId('ids', id)));
  }
}

function letterId(field: string, value: unknown): bigint {
  if (typeof value !== 'string' || !/^\d{1,18}$/.test(value)) {
    throw invalidField(field, 'must be the id of a dead letter');
  }
  return BigInt(value);
}
