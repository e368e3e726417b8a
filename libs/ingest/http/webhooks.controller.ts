import { Controller, Post, Req, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { wire, type Outcome, type Sender } from '#libs/contracts';
import { Access, Clock, Operation, TakesBody, operation } from '#libs/platform';
import { MessagesService } from '../pipeline/messages.service.js';
import { readMessage } from './read-events.js';
import { WebhookGuard, WebhookRefusals, type FromSource } from './webhook.guard.js';

/** Larger than any vendor's message, and small enough to store whole as a dead letter. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

const receiveWebhook = operation({
  id: 'receiveWebhook',
  tag: 'ingest',
  summary: 'Send a signed message of a source. The reply follows when it is committed',
  description:
    'At most 1 MiB. A source without a secret returns 404. 200 means that the message must not be sent again.',
  path: z.object({ source: z.string().describe('propelauth, clerk, workos or standard') }),
  rawBody: { 'application/json': wire.webhookMessage },
  reply: wire.webhookReply,
  errors: ['bad_signature', 'rate_limited'],
  provenBy: [
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ['svix-id', 'svix-timestamp', 'svix-signature'],
    ['workos-signature'],
  ],
});

@Controller('webhooks')
@Access('public')
// Runs before the guard that reads the body, which belongs to the handler.
@UseGuards(WebhookGuard)
export class WebhooksController {
  constructor(
    private readonly messages: MessagesService,
    private readonly refusals: WebhookRefusals,
    private readonly clock: Clock,
  ) {}

  @Post(':source')
  @TakesBody({ maxBytes: MAX_MESSAGE_BYTES })
  @Operation(receiveWebhook)
  async receive(@Req() request: FromSource): Promise<{ outcome: Outcome }> {
    const { source, secrets, headers } = request;
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const verified = source.verify(headers, raw, secrets, this.clock.now());
    if (!verified) throw this.refusals.refused(request);
    const message = { ...verified, content: readMessage(raw), raw };
    const sender: Sender = { kind: 'webhook', name: source.name };
    const [outcome] = await this.messages.take(source, [message], sender);
    return { outcome: outcome! };
  }
}
