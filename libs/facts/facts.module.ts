import { Module } from '@nestjs/common';
import { ActivityFold } from './write/activity-fold.service.js';
import { FactsService } from './write/facts.service.js';
import { IdStore } from './write/ids.store.js';

@Module({
  providers: [ActivityFold, FactsService, IdStore],
  exports: [ActivityFold, FactsService],
})
export class FactsModule {}
