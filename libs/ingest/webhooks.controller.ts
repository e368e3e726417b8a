import { Controller, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, wire, type Outcome, type Sender } from '#libs/contracts';
import {
  Access,
  Clock,
  Operation,
  SETTINGS,
  operation,
  type PathOf,
  type Settings,
} from '#libs/platform';
import { MessagesService } from './messages.service.js';
import { Outcomes } from './outcomes.js';
import { readMessage } from './read-events.js';
import { isWebhook, type WebhookSource } from './sources/source.js';
import { Sources } from './sources/sources.js';
import { secretSetting, secretsOf } from './sources/webhook-secrets.js';

/** More than any sender's single message, and little enough to be kept whole as a dead letter. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

const receiveWebhook = operation({
  id: 'receiveWebhook',
  tag: 'ingest',
  summary: 'Take in a signed message of a source; answered when it is committed',
  description:
    'At most 1 MiB. A source whose secret is not set is a 404. 200 says that the message need not be sent again.',
  path: z.object({ source: z.string().describe('propelauth, clerk, workos or standard') }),
  rawBody: { 'application/json': wire.webhookMessage },
  reply: wire.webhookReply,
  errors: ['bad_signature'],
  provenBy: [
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ['svix-id', 'svix-timestamp', 'svix-signature'],
    ['workos-signature'],
  ],
});

@Controller('webhooks')
@Access('public')
export class WebhooksController {
  constructor(
    private readonly sources: Sources,
    private readonly messages: MessagesService,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'WEBHOOK_SECRETS'>,
  ) {}

  @Post(':source')
  @Operation(receiveWebhook)
  async receive(
    @Param() { source: name }: PathOf<typeof receiveWebhook>,
    @Req() request: FastifyRequest,
  ): Promise<{ outcome: Outcome }> {
    const { source, secrets } = this.expected(name);
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (raw.length > MAX_MESSAGE_BYTES) {
      throw new ApiError('too_large', 'A message of a webhook may have 1 MiB at most.');
    }
    const sender: Sender = { kind: 'webhook', name };
    const verified = source.verify(request.headers, raw, secrets, this.clock.now());
    if (!verified) {
      this.outcomes.tell('refused', [{ type: null }], sender);
      const message = `The signature is missing, wrong or too old: ${secretSetting(source)} must hold the signing secret of the endpoint that sends here, and both clocks must be right.`;
      throw new ApiError('bad_signature', message);
    }
    const message = { ...verified, content: readMessage(raw), raw };
    const [outcome] = await this.messages.take(source, [message], sender);
    return { outcome: outcome! };
  }

  /** @throws ApiError `not_found` unless messages of such a source are expected */
  private expected(name: string): { source: WebhookSource; secrets: string[] } {
    const source = this.sources.get(name);
    if (!source || !isWebhook(source)) {
      const names = this.sources
        .all()
        .filter(isWebhook)
        .map((webhook) => webhook.name);
      throw new ApiError('not_found', `There are webhooks of ${names.join(', ')} only.`);
    }
    const secrets = secretsOf(source, this.settings);
    if (secrets.length === 0) {
      const message = `Set ${secretSetting(source)} to the signing secret of the endpoint, and start insightd again.`;
      throw new ApiError('not_found', message);
    }
    return { source, secrets };
  }
}
