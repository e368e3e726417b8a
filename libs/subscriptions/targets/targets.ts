import { Injectable } from '@nestjs/common';
import type { SubscriptionTarget } from '#libs/contracts';
import { Outbound } from './outbound/outbound.js';
import { SlackSender } from './slack.sender.js';
import type { Attempt, Outgoing } from './target.js';
import { WebhookSender } from './webhook.sender.js';

/** Sends messages to targets of every kind. */
@Injectable()
export class Targets {
  constructor(
    private readonly outbound: Outbound,
    private readonly webhook: WebhookSender,
    private readonly slack: SlackSender,
  ) {}

  /**
   * Why nothing can be sent to a new target, as a sentence for the user who enters it; undefined when it is accepted.
   * A name is resolved at each attempt only.
   */
  problemOf(target: SubscriptionTarget): string | undefined {
    return target.kind === 'email' ? undefined : this.outbound.problemOf(target.url);
  }

  /**
   * One attempt. It ends within 15 seconds. Never throws because of the receiver.
   * @param secrets of a webhook, the newest first; empty for other kinds
   * @param signal ends the attempt; its result is then `failed`
   */
  async send(
    target: SubscriptionTarget,
    outgoing: Outgoing,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt> {
    switch (target.kind) {
      case 'webhook':
        return this.webhook.send(target, outgoing, secrets, signal);
      case 'slack':
        return this.slack.send(target, outgoing, secrets, signal);
      case 'email':
        return { result: 'failed', status: null, error: `${target.kind} is not supported.` };
    }
  }
}
