import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Clock, packageVersion } from '#libs/platform';
import { attempt, failed } from './http-attempt.js';
import { Outbound } from './outbound/outbound.js';
import type { Attempt, Outgoing, TargetOf, TargetSender } from './target.js';

export const USER_AGENT = `insightd/${packageVersion()}`;

/** Sends messages as Standard Webhooks. */
@Injectable()
export class WebhookSender implements TargetSender<'webhook'> {
  constructor(
    private readonly outbound: Outbound,
    private readonly clock: Clock,
  ) {}

  /** @param secrets each signs the message, so that receivers can change to a new one at any time */
  send(
    { url }: TargetOf<'webhook'>,
    { deliveryId, message }: Outgoing,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt> {
    const body = JSON.stringify(message);
    const at = new Date(this.clock.now());
    const signatures = secrets.map((secret) => new Webhook(secret).sign(deliveryId, at, body));
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': deliveryId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    };
    return attempt(this.outbound, { url, headers, body }, signal, (reply, host) =>
      reply.status === 410 ? { result: 'gone', status: 410 } : failed(reply, host),
    );
  }
}
