import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { Arrivals } from './arrivals.service.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersService } from './dead-letters.service.js';
import { IngestController } from './ingest.controller.js';
import { IngestService } from './ingest.service.js';
import { Ledger } from './ledger/ledger.service.js';
import { SourcesController } from './ledger/sources.controller.js';
import { SourcesService } from './ledger/sources.service.js';
import { LookUpsService } from './look-ups.service.js';
import { MessagesService } from './messages.service.js';
import { Outcomes } from './outcomes.js';
import { Sources } from './sources/sources.js';
import { TrackingController } from './tracking.controller.js';
import { IngestUpkeep } from './upkeep.service.js';
import { WebhookRefusals } from './webhook.guard.js';
import { WebhooksController } from './webhooks.controller.js';

/** The pipeline, for every process. */
@Module({
  imports: [FactsModule],
  providers: [
    { provide: Sources, useFactory: () => Sources.load() },
    Arrivals,
    DeadLettersService,
    IngestService,
    IngestUpkeep,
    Ledger,
    LookUpsService,
    MessagesService,
    Outcomes,
  ],
  exports: [
    IngestService,
    IngestUpkeep,
    DeadLettersService,
    Ledger,
    MessagesService,
    Outcomes,
    Sources,
  ],
})
export class IngestModule {}

/** Its endpoints, for the processes that answer HTTP. */
@Module({
  imports: [IngestModule],
  controllers: [
    IngestController,
    DeadLettersController,
    SourcesController,
    TrackingController,
    WebhooksController,
  ],
  providers: [SourcesService, WebhookRefusals],
})
export class IngestApiModule {}
