import { Module } from '@nestjs/common';
import { Outbound } from './outbound/outbound.js';
import { Targets } from './targets.js';
import { WebhookSender } from './webhook.sender.js';

@Module({ providers: [Outbound, Targets, WebhookSender], exports: [Targets] })
export class TargetsModule {}
