import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, readMailFrom, type Settings } from '#libs/platform';
import { Unsubscribing } from '../unsubscribe/unsubscribing.service.js';
import { Digests, isLaterPart } from './digests.service.js';
import { MAIL_ROWS, endingOf, messageId, subjectOf } from './mail/mail.js';
import { mailHtml } from './mail/mail-html.js';
import { sendMails, type Refusal } from './mail/mail-server.js';
import { mailText } from './mail/mail-text.js';
import type { Attempt, Outgoing, TargetOf, TargetSender } from './target.js';

/** Sends a digest to each address of a subscription, in a message of its own. */
@Injectable()
export class EmailSender implements TargetSender<'email'> {
  constructor(
    private readonly digests: Digests,
    private readonly unsubscribing: Unsubscribing,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'SMTP_URL' | 'MAIL_FROM'>,
  ) {}

  /** Why no e-mail can be sent; undefined when it can. */
  problem(): string | undefined {
    if (this.settings.SMTP_URL !== undefined && this.settings.MAIL_FROM !== undefined) {
      return undefined;
    }
    return 'E-mail needs the settings SMTP_URL and MAIL_FROM: set both, and restart insightd.';
  }

  /** Skips the addresses that accepted the delivery in an earlier attempt. */
  async send(
    { to }: TargetOf<'email'>,
    outgoing: Outgoing,
    _secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { SMTP_URL, MAIL_FROM } = this.settings;
    if (SMTP_URL === undefined || MAIL_FROM === undefined) {
      return { result: 'failed', status: null, error: this.problem()! };
    }
    const recipients = to.filter((address) => !outgoing.accepted?.includes(address));
    if (recipients.length === 0 || isLaterPart(outgoing)) {
      return { result: 'delivered', status: null };
    }
    const from = readMailFrom(MAIL_FROM)!;
    const digest = await this.digests.of(outgoing, MAIL_ROWS);
    const subject = subjectOf(digest);
    const mails = await Promise.all(
      recipients.map(async (address) => {
        const unsubscribe = await this.unsubscribing.urlOf(outgoing.subscription.id, address);
        const ending = endingOf(digest, unsubscribe);
        return {
          ...{ from, to: address, subject, unsubscribe },
          messageId: messageId(outgoing.deliveryId, address, from.address),
          ...{ text: mailText(digest, ending), html: mailHtml(digest, ending) },
        };
      }),
    );
    return attemptOf(recipients, await sendMails(SMTP_URL, mails, signal));
  }
}

function attemptOf(recipients: string[], refusals: Refusal[]): Attempt {
  if (refusals.length === 0) return { result: 'delivered', status: null };
  const refused = new Set(refusals.map(({ address }) => address));
  const reasons = [...new Set(refusals.map(({ error }) => error))].join(' ');
  const some = `${refused.size} of ${recipients.length} messages were not accepted. `;
  return {
    ...{ result: 'failed', status: null },
    error: `${recipients.length > 1 ? some : ''}${reasons}`,
    accepted: recipients.filter((address) => !refused.has(address)),
    // A mailbox that does not exist must not delay the messages to the others.
    ...(refusals.every(({ isFinal }) => isFinal) && { isFinal: true }),
  };
}
