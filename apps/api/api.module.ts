import { Module } from '@nestjs/common';
import { ChartsApiModule } from '#libs/charts';
import { IngestApiModule } from '#libs/ingest';
import { AccessModule } from '#libs/platform';
import { ReportsApiModule } from '#libs/reports';

/** What answers HTTP. */
@Module({ imports: [AccessModule, IngestApiModule, ReportsApiModule, ChartsApiModule] })
export class ApiModule {}
