import { Injectable } from '@nestjs/common';
import { Composer, isLaterPart } from './composer.service.js';
import { attempt, failed } from './http-attempt.js';
import { Outbound, type Reply } from './outbound/outbound.js';
import { SLACK_ROWS, slackMessage } from './slack-message.js';
import type { Attempt, Outgoing, TargetOf, TargetSender } from './target.js';
import { USER_AGENT } from './webhook.sender.js';

/** Slack's codes, with the status 404, for a webhook, a team or a channel that was removed. */
const GONE = ['no_service', 'no_service_id', 'no_active_hooks', 'no_team', 'channel_not_found'];
const CODE = /^[a-z_]{3,60}$/;

/** Sends messages to incoming webhooks of Slack. */
@Injectable()
export class SlackSender implements TargetSender<'slack'> {
  constructor(
    private readonly outbound: Outbound,
    private readonly composer: Composer,
  ) {}

  async send(
    { url }: TargetOf<'slack'>,
    outgoing: Outgoing,
    _secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt> {
    if (isLaterPart(outgoing)) return { result: 'delivered', status: null };
    const message = slackMessage(await this.composer.digest(outgoing, SLACK_ROWS));
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': USER_AGENT,
    };
    const post = { url, headers, body: JSON.stringify(message) };
    return attempt(this.outbound, post, signal, attemptOf);
  }
}

/** The result of a reply that is not a success. */
function attemptOf(reply: Reply, host: string): Attempt {
  const { status, body } = reply;
  const code = body.trim();
  if (status === 410 || (status === 404 && GONE.includes(code))) return { result: 'gone', status };
  if (!CODE.test(code)) return failed(reply, host);
  return { result: 'failed', status, error: `${host} answered with ${status} (${code}).` };
}
