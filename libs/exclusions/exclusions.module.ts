import { Module } from '@nestjs/common';
import { ChartsWorkerModule } from '#libs/charts';
import { FactsModule } from '#libs/facts';
import { ExclusionsController } from './exclusions.controller.js';

/** The endpoints of exclusion rules, for processes that answer HTTP. */
@Module({ imports: [FactsModule, ChartsWorkerModule], controllers: [ExclusionsController] })
export class ExclusionsApiModule {}
