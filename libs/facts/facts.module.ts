import { Module } from '@nestjs/common';
import { ActivityFold } from './activity-fold.service.js';
import { FactsService } from './facts.service.js';
import { IdStore } from './ids.store.js';

@Module({
  providers: [ActivityFold, FactsService, IdStore],
  exports: [ActivityFold, FactsService],
})
export class FactsModule {}
