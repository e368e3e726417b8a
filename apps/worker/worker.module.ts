import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ChartsWorkerModule } from '#libs/charts';
import { FactsModule } from '#libs/facts';
import { IngestModule } from '#libs/ingest';
import { ReportsWorkerModule, RunsModule } from '#libs/reports';
import { Schedules } from './schedules.js';
import { SearchSchedule } from './search-schedule.js';

/** Background work: report runs, chart data, and their schedules. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    FactsModule,
    IngestModule,
    RunsModule,
    ReportsWorkerModule,
    ChartsWorkerModule,
  ],
  providers: [Schedules, SearchSchedule],
})
export class WorkerModule {}
