import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersService } from './dead-letters.service.js';
import { IngestController } from './ingest.controller.js';
import { IngestService } from './ingest.service.js';

/** The pipeline, for every process. */
@Module({
  imports: [FactsModule],
  providers: [IngestService, DeadLettersService],
  exports: [IngestService, DeadLettersService],
})
export class IngestModule {}

/** Its endpoints, for the processes that answer HTTP. */
@Module({
  imports: [IngestModule],
  controllers: [IngestController, DeadLettersController],
})
export class IngestApiModule {}
