import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiError, type Outcome, type Sender } from '#libs/contracts';
import { Access, Clock, SETTINGS, type Settings } from '#libs/platform';
import { MessagesService } from './messages.service.js';
import { Outcomes } from './outcomes.js';
import { readMessage } from './read-events.js';
import { isWebhook, type WebhookSource } from './sources/source.js';
import { Sources } from './sources/sources.js';
import { secretSetting, secretsOf } from './sources/webhook-secrets.js';

/** More than any sender's single message, and little enough to be kept whole as a dead letter. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

@ApiTags('ingest')
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
  @HttpCode(200)
  @ApiOperation({ summary: 'Take in a signed message of a source; answered when it is committed' })
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
  async receive(
    @Param('source') name: string,
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
