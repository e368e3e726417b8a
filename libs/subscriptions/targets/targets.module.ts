import { Module } from '@nestjs/common';
import { Unsubscribing } from '../unsubscribe/unsubscribing.service.js';
import { Contacts } from './contacts.service.js';
import { Digests } from './digests.service.js';
import { EmailSender } from './email.sender.js';
import { Outbound } from './outbound/outbound.js';
import { SlackSender } from './slack.sender.js';
import { Targets } from './targets.js';
import { WebhookSender } from './webhook.sender.js';

@Module({
  providers: [
    ...[Contacts, Digests, EmailSender, Outbound],
    ...[SlackSender, Targets, Unsubscribing, WebhookSender],
  ],
  exports: [Targets, Unsubscribing],
})
export class TargetsModule {}
