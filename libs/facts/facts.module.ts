import { Module } from '@nestjs/common';
import { ActivityFold } from './write/activity-fold.service.js';
import { ExclusionsService } from './write/exclusions.service.js';
import { FactsService } from './write/facts.service.js';
import { IdStore } from './write/ids.store.js';

@Module({
  providers: [ActivityFold, ExclusionsService, FactsService, IdStore],
  exports: [ActivityFold, ExclusionsService, FactsService],
})
export class FactsModule {}
