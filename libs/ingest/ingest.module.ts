import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { Arrivals } from './pipeline/arrivals.service.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLettersService } from './dead-letters/dead-letters.service.js';
import { IngestController } from './http/ingest.controller.js';
import { IngestService } from './pipeline/ingest.service.js';
import { IngestStatistics } from './statistics/ingest-statistics.service.js';
import { SourcesController } from './statistics/sources.controller.js';
import { SourcesService } from './statistics/sources.service.js';
import { EnrichmentService } from './enrichment/enrichment.service.js';
import { MessagesService } from './pipeline/messages.service.js';
import { Outcomes } from './pipeline/outcomes.js';
import { ReplayService } from './dead-letters/replay.service.js';
import { Sources } from './sources/sources.js';
import { TrackingController } from './http/tracking.controller.js';
import { IngestRetention } from './retention.service.js';
import { WebhookRefusals } from './http/webhook.guard.js';
import { WebhooksController } from './http/webhooks.controller.js';

/** The ingest pipeline, for every process. */
@Module({
  imports: [FactsModule],
  providers: [
    { provide: Sources, useFactory: () => Sources.load() },
    Arrivals,
    DeadLettersService,
    IngestService,
    IngestRetention,
    IngestStatistics,
    EnrichmentService,
    MessagesService,
    Outcomes,
    ReplayService,
  ],
  exports: [
    IngestService,
    IngestRetention,
    DeadLettersService,
    IngestStatistics,
    MessagesService,
    Outcomes,
    ReplayService,
    Sources,
  ],
})
export class IngestModule {}

/** The endpoints of ingest, for processes that answer HTTP. */
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
