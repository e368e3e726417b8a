import { Module } from '@nestjs/common';
import { ChartsApiModule } from '#libs/charts';
import { ExclusionsApiModule } from '#libs/exclusions';
import { ExportsApiModule } from '#libs/exports';
import { IngestApiModule } from '#libs/ingest';
import { InsightsApiModule } from '#libs/entity-pages';
import { McpModule } from '#libs/mcp';
import { AccessModule } from '#libs/platform';
import { ReportsApiModule } from '#libs/reports';
import { SegmentsApiModule } from '#libs/segments';
import { SubscriptionsApiModule } from '#libs/subscriptions';
import { OpenApiController } from './openapi.js';

/** The HTTP side: events, reports, charts, pages. */
@Module({
  imports: [
    AccessModule,
    ExclusionsApiModule,
    IngestApiModule,
    SegmentsApiModule,
    ReportsApiModule,
    ChartsApiModule,
    InsightsApiModule,
    ExportsApiModule,
    SubscriptionsApiModule,
    McpModule,
  ],
  controllers: [OpenApiController],
})
export class ApiModule {}
