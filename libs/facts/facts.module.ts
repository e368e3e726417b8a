import { Module } from '@nestjs/common';
import { NodesReadiness } from './distribution/nodes-readiness.js';
import { ActivityFold } from './write/activity-fold.service.js';
import { ExclusionsService } from './write/exclusions.service.js';
import { FactsService } from './write/facts.service.js';
import { IdStore } from './write/ids.store.js';

@Module({
  providers: [ActivityFold, ExclusionsService, FactsService, IdStore, NodesReadiness],
  exports: [ActivityFold, ExclusionsService, FactsService],
})
export class FactsModule {}
