import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ChartsWorkerModule } from '#libs/charts';
import { FactsModule } from '#libs/facts';
import { IngestModule } from '#libs/ingest';
import { ReportsWorkerModule, RunsModule } from '#libs/reports';
import { SubscriptionsWorkerModule } from '#libs/subscriptions';
import { Schedules } from './schedules.js';
import { SearchSchedule } from './search-schedule.js';
import { SubscriptionSchedule } from './subscription-schedule.js';

/** Background work: report runs, chart data, and their schedules. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    FactsModule,
    IngestModule,
    RunsModule,
    ReportsWorkerModule,
    ChartsWorkerModule,
    SubscriptionsWorkerModule,
  ],
  providers: [Schedules, SearchSchedule, SubscriptionSchedule],
})
export class WorkerModule {}
