import { Controller, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { wire, type IngestReply } from '#libs/contracts';
import { Access, INGEST_BYTES, TakesBody, jsonSchema, type Authorized } from '#libs/platform';
import { IngestService } from './ingest.service.js';
import { EVENT_MEDIA_TYPES, readEvents } from './read-events.js';

@ApiTags('ingest')
@ApiSecurity('key')
@Controller('api/ingest/v1/events')
@Access('ingest')
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  @Post()
  @TakesBody({ maxBytes: INGEST_BYTES, gzip: 'declared' })
  @ApiOperation({ summary: 'Take in events; answered when they are committed' })
  @ApiConsumes(...EVENT_MEDIA_TYPES)
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
    const taken = await this.take(request);
    const allRejected = taken.accepted === 0 && taken.rejected.length > 0;
    void reply.status(allRejected ? 400 : 200);
    return taken;
  }

  // Not awaited here: what was read from the body would stay in memory while the events wait to be written.
  private take(request: Authorized): Promise<IngestReply> {
    const { 'content-type': mediaType, 'content-encoding': encoding } = request.headers;
    const incoming = readEvents(request.body, mediaType, encoding);
    request.body = undefined;
    return this.ingest.take(incoming, { kind: 'api', name: request.caller.name });
  }
}
