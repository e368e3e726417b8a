import { Controller, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { wire, type IngestReply } from '#libs/contracts';
import { Access, jsonSchema, type Authorized } from '#libs/platform';
import { IngestService } from './ingest.service.js';
import { EVENT_MEDIA_TYPES, readEvents } from './read-events.js';

@ApiTags('ingest')
@ApiSecurity('key')
@Controller('api/ingest/v1/events')
@Access('ingest')
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  @Post()
  @ApiOperation({ summary: 'Take in events; answered when they are committed' })
  @ApiConsumes(...EVENT_MEDIA_TYPES)
  @ApiHeader({
    name: 'ce-id',
    required: false,
    description:
      'CloudEvents in binary mode: one event, its attributes in the headers ce-id, ce-type, ce-source, ce-time and ce-specversion, its data as the body',
  })
  @ApiBody({ schema: { type: 'array', items: { type: 'object' } } })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.ingestReply) })
  @ApiResponse({ status: 400, description: 'all were rejected, or the body is no list of events' })
  @ApiResponse({ status: 413, description: 'more than 10,000 events or 16 MiB unpacked' })
  @ApiResponse({
    status: 503,
    description: 'the database is away; send it again after Retry-After',
  })
  async receive(
    @Req() request: Authorized,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestReply> {
    const reading = readEvents(request.body, request.headers);
    // Neither the body nor what was read from it is kept while the events wait to be written.
    request.body = undefined;
    const sender = { kind: 'api', name: request.caller.name } as const;
    const taken = await reading.then((incoming) => this.ingest.take(incoming, sender));
    const allRejected = taken.accepted === 0 && taken.rejected.length > 0;
    void reply.status(allRejected ? 400 : 200);
    return taken;
  }
}
