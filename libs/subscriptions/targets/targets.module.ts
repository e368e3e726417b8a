import { Module } from '@nestjs/common';
import { Composer } from './composer.service.js';
import { Contacts } from './contacts.service.js';
import { Outbound } from './outbound/outbound.js';
import { SlackSender } from './slack.sender.js';
import { Targets } from './targets.js';
import { WebhookSender } from './webhook.sender.js';

@Module({
  providers: [Composer, Contacts, Outbound, SlackSender, Targets, WebhookSender],
  exports: [Targets],
})
export class TargetsModule {}
