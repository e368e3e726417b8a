import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ChartsWorkerModule } from '#libs/charts';
import { FactsModule } from '#libs/facts';
import { IngestModule } from '#libs/ingest';
import { ReportsWorkerModule, RunsModule } from '#libs/reports';
import { Schedules } from './schedules.js';

/** What works in the background: report runs, what charts read, and the schedules of both. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    FactsModule,
    IngestModule,
    RunsModule,
    ReportsWorkerModule,
    ChartsWorkerModule,
  ],
  providers: [Schedules],
})
export class WorkerModule {}
