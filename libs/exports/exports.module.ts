import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { IngestModule } from '#libs/ingest';
import { PersonExportController } from './person/person-export.controller.js';
import { PersonExports } from './person/person-export.service.js';
import { StoreExport } from './store/store-export.service.js';

/** Exports of a person's data and of a whole store, for the command. */
@Module({
  imports: [FactsModule, IngestModule],
  providers: [PersonExports, StoreExport],
  exports: [PersonExports, StoreExport],
})
export class ExportsModule {}

/** The endpoint of a person's data, for processes that answer HTTP. */
@Module({ imports: [ExportsModule], controllers: [PersonExportController] })
export class ExportsApiModule {}
