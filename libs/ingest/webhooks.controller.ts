import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Outcome, Sender } from '#libs/contracts';
import { Access, Clock, TakesBody } from '#libs/platform';
import { MessagesService } from './messages.service.js';
import { Outcomes } from './outcomes.js';
import { readMessage } from './read-events.js';
import { WebhookGuard, refused, type FromSource } from './webhook.guard.js';

/** More than any sender's single message, and little enough to be kept whole as a dead letter. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

@ApiTags('ingest')
@Controller('webhooks')
@Access('public')
export class WebhooksController {
  constructor(
    private readonly messages: MessagesService,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
  ) {}

  @Post(':source')
  @UseGuards(WebhookGuard)
  @TakesBody({ maxBytes: MAX_MESSAGE_BYTES })
  @HttpCode(200)
  @ApiOperation({ summary: 'Take in a signed message of a source; answered when it is committed' })
  @ApiParam({ name: 'source', schema: { type: 'string' } })
  @ApiBody({ schema: { type: 'object' } })
  @ApiResponse({
    status: 200,
    description: 'taken, not used here, or kept as a dead letter: not to be sent again',
    schema: { type: 'object', properties: { outcome: { type: 'string' } } },
  })
  @ApiResponse({ status: 401, description: 'the signature is missing, wrong or too old' })
  @ApiResponse({ status: 404, description: 'no such source, or its secret is not set' })
  @ApiResponse({ status: 413, description: 'more than 1 MiB' })
  @ApiResponse({ status: 503, description: 'to be sent again after Retry-After' })
  async receive(@Req() request: FromSource): Promise<{ outcome: Outcome }> {
    const { source, secrets, headers } = request;
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const verified = source.verify(headers, raw, secrets, this.clock.now());
    if (!verified) throw refused(source, this.outcomes);
    const message = { ...verified, content: readMessage(raw), raw };
    const sender: Sender = { kind: 'webhook', name: source.name };
    const [outcome] = await this.messages.take(source, [message], sender);
    return { outcome: outcome! };
  }
}
