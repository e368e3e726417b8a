import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { eventSchema, wire, type IngestReply } from '#libs/contracts';
import {
  Access,
  AuditLog,
  INGEST_BYTES,
  Operation,
  Outside,
  TakesBody,
  actorOf,
  operation,
  type Authorized,
} from '#libs/platform';
import { IngestService } from '../pipeline/ingest.service.js';
import { deletionsIn, demandDeletions, erasuresOf, type Deletion } from './deletions.js';
import { EVENT_MEDIA_TYPES, MAX_EVENTS, readEvents } from './read-events.js';

const ONE_OR_MANY = z.union([eventSchema, z.array(eventSchema).max(MAX_EVENTS)]);

const sendEvents = operation({
  id: 'sendEvents',
  tag: 'ingest',
  summary: 'Send events. The reply follows when they are committed',
  description:
    'One event, an array of events, or one event per line (`application/x-ndjson`): at most 10,000 events and 16 MiB uncompressed. Each event is checked by itself. A 400 with the same body means that all events were rejected. With a key of the scope `erase`, all events must be `user.deleted` or `org.deleted`; otherwise the reply is 403 and nothing is used.',
  headers: z.object({
    'Content-Encoding': z
      .enum(['gzip', 'identity'])
      .optional()
      .describe('the compression of the body'),
    'ce-id': z
      .string()
      .optional()
      .describe(
        'CloudEvents in binary mode: one event with its attributes in the headers ce-id, ce-type, ce-source, ce-time and ce-specversion, and its data in the body',
      ),
  }),
  rawBody: Object.fromEntries(
    EVENT_MEDIA_TYPES.map((type) => [
      type,
      type.includes('json') && !type.includes('ndjson') ? ONE_OR_MANY : z.string(),
    ]),
  ),
  reply: wire.ingestReply,
  badRequest: wire.ingestReply,
  errors: ['unsupported_media_type'],
});

@Controller('api/ingest/v1/events')
@Access('ingest', 'erase')
export class IngestController {
  constructor(
    private readonly ingest: IngestService,
    private readonly audit: AuditLog,
    private readonly outside: Outside,
  ) {}

  @Post()
  @TakesBody({ maxBytes: INGEST_BYTES, gzip: 'declared' })
  @Operation(sendEvents)
  async receive(
    @Req() request: Authorized,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IngestReply> {
    const { taking, deletions } = this.take(request);
    const taken = await taking;
    if (deletions.length > 0) await this.recordErasure(request, deletions, taken);
    const allRejected = taken.accepted === 0 && taken.rejected.length > 0;
    void reply.status(allRejected ? 400 : 200);
    return taken;
  }

  // Not awaited: the parsed body would stay in memory until the events are written.
  private take(request: Authorized): { taking: Promise<IngestReply>; deletions: Deletion[] } {
    const incoming = readEvents(request.body, request.headers);
    request.body = undefined;
    const { name, scopes } = request.caller;
    const deletions = deletionsIn(incoming);
    if (!scopes.includes('ingest')) demandDeletions(incoming, deletions);
    return { taking: this.ingest.take(incoming, { kind: 'api', name }), deletions };
  }

  private async recordErasure(
    { caller, raw }: Authorized,
    deletions: readonly Deletion[],
    taken: IngestReply,
  ): Promise<void> {
    const ip = this.outside.addressOf(raw);
    const hashed = await this.audit.targetHash();
    for (const erasure of erasuresOf(deletions, taken, hashed)) {
      await this.audit.record({ actor: actorOf(caller), action: 'data.erased', ...erasure, ip });
    }
  }
}
