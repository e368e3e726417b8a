import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Clock, SETTINGS, WrongKeys, type Settings } from '#libs/platform';
import { Outcomes } from '../pipeline/outcomes.js';
import { isWebhook, type WebhookSource } from '../sources/source.js';
import { Sources } from '../sources/sources.js';
import { secretSetting, secretsOf } from '../sources/webhook-secrets.js';

/** A webhook request before its body is read. */
export interface FromSource extends FastifyRequest {
  source: WebhookSource;
  secrets: string[];
}

/** Counts messages without a valid signature, by source and by the sender's address. */
@Injectable()
export class WebhookRefusals {
  constructor(
    private readonly outcomes: Outcomes,
    private readonly wrong: WrongKeys,
  ) {}

  /**
   * Counts a refused message.
   * @returns the error to throw
   * @throws ApiError `rate_limited` after too many from one address
   */
  refused(request: FromSource): ApiError {
    const { source } = request;
    this.outcomes.record('refused', [{ type: null }], { kind: 'webhook', name: source.name });
    this.wrong.count(request, `signatures of ${source.name}`);
    const message = `The signature is missing, wrong or too old. ${secretSetting(source)} must be the signing secret of the sending endpoint, and both clocks must be right.`;
    return new ApiError('bad_signature', message);
  }
}

/**
 * Refuses messages of sources that are not configured, and messages whose headers cannot carry a
 * valid signature.
 */
@Injectable()
export class WebhookGuard implements CanActivate {
  constructor(
    private readonly sources: Sources,
    private readonly refusals: WebhookRefusals,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'WEBHOOK_SECRETS'>,
  ) {}

  /** @throws ApiError `not_found`, `bad_signature` or `rate_limited` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FromSource>();
    const { source: name } = request.params as { source: string };
    Object.assign(request, this.expected(name));
    if (!request.source.mayBeProven(request.headers, this.clock.now())) {
      throw this.refusals.refused(request);
    }
    return true;
  }

  /** @throws ApiError `not_found` when the source is unknown or not configured */
  private expected(name: string): Pick<FromSource, 'source' | 'secrets'> {
    const source = this.sources.get(name);
    if (!source || !isWebhook(source)) {
      const names = this.sources
        .all()
        .filter(isWebhook)
        .map((webhook) => webhook.name);
      throw new ApiError('not_found', `Unknown source. Webhooks exist for ${names.join(', ')}.`);
    }
    const secrets = secretsOf(source, this.settings);
    if (secrets.length === 0) {
      const message = `Set ${secretSetting(source)} to the signing secret of the endpoint and restart insightd.`;
      throw new ApiError('not_found', message);
    }
    return { source, secrets };
  }
}
